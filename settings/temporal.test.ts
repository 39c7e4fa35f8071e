import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findExternalAddress, loadTemporalConnection, runUrl } from './temporal.js';

const kept = { ...process.env };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-temporal-'));
  process.env = Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('TEMPORAL_')));
  Object.assign(process.env, { TEMPERED_HOME: folder, TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml') });
  writeFileSync(join(folder, 'temporal.toml'), '[profile]\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  process.env = { ...kept };
});

function refusal(): unknown {
  try {
    return loadTemporalConnection();
  } catch (error) {
    return error;
  }
}

function recordServer(): void {
  const record = { pid: 1, startedAt: 'x', address: '127.0.0.1:7299', uiUrl: 'http://127.0.0.1:8299' };
  writeFileSync(join(folder, 'server.json'), JSON.stringify(record));
}

test('without any setting the recorded embedded server is used', () => {
  recordServer();
  const connection = loadTemporalConnection();
  expect(connection).toMatchObject({ address: '127.0.0.1:7299', namespace: 'default' });
  expect(runUrl(connection, 'nightly-2026-11-20T03:30:00Z', 'r1')).toBe(
    'http://127.0.0.1:8299/namespaces/default/workflows/nightly-2026-11-20T03%3A30%3A00Z/r1/history',
  );
});

test('without a server the error says how to start one', () => {
  expect(() => loadTemporalConnection()).toThrow(
    expect.objectContaining({
      code: 'PLATFORM_UNAVAILABLE',
      details: { advice: 'start it: npx tempered up' },
    }),
  );
});

test('TEMPORAL_ADDRESS goes before the embedded server', () => {
  recordServer();
  Object.assign(process.env, { TEMPORAL_ADDRESS: 'localhost:7400', TEMPORAL_NAMESPACE: 'team' });
  expect(loadTemporalConnection()).toMatchObject({
    address: 'localhost:7400',
    namespace: 'team',
    uiUrl: 'http://localhost:8400',
  });
});

test('the config file names a server as well', () => {
  writeFileSync(
    join(folder, 'temporal.toml'),
    '[profile.default]\naddress = "temporal.example:7233"\nnamespace = "ml"\n',
  );
  expect(findExternalAddress()).toBe('temporal.example:7233');
  expect(loadTemporalConnection()).toMatchObject({ namespace: 'ml', uiUrl: null });
});

test('a config file that was named but is not there is an error', () => {
  process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'none.toml');
  expect(() => loadTemporalConnection()).toThrow(/TEMPORAL_CONFIG_FILE: .*none\.toml does not exist/);
});

test('a config file with wrong TOML is an error of the input', () => {
  writeFileSync(join(folder, 'temporal.toml'), '[profile');
  expect(refusal()).toMatchObject({ code: 'WRONG_INPUT' });
});
