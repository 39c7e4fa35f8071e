import { expect, test } from '@jest/globals';
import { serverArguments } from './server-arguments.js';

const PLAN = { port: 7300, uiPort: 8300, database: '/state/temporal.db', namespace: 'default' };

test('the server listens on this machine only and keeps its runs in the file', () => {
  const line = serverArguments(PLAN).join(' ');
  expect(line).toContain('server start-dev --ip 127.0.0.1 --port 7300 --ui-port 8300');
  expect(line).toContain('--db-filename /state/temporal.db');
  expect(line).not.toContain('--namespace');
});

test('another namespace is made', () => {
  expect(serverArguments({ ...PLAN, namespace: 'ml' }).join(' ')).toContain('--namespace ml');
});
