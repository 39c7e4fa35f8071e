import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { findFreePort, LOOPBACK } from './ports.js';

test('a taken port is passed over', async () => {
  const taken = createServer().listen(0, LOOPBACK);
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const found = await findFreePort([port]);
  expect(found).toBeGreaterThan(0);
  expect(found).not.toBe(port);
  taken.close();
  await once(taken, 'close');
  await expect(findFreePort([port])).resolves.toBe(port);
});
