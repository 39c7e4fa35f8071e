import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { eventually } from '../harness/eventually.js';
import { withHome } from '../harness/home.js';
import { startServer } from '../harness/server.js';
import type { TestServer } from '../harness/server.js';

async function withClient<T>(server: TestServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: there is no such process
  }
}

test('a server with a database file knows its runs again after a crash, and leaves no process behind', async () => {
  await withHome(async ({ folder }) => {
    const dbFile = join(folder, 'temporal.db');
    const first = await startServer({ dbFile });
    await withClient(first, (client) =>
      client.workflow.start('nobody-runs-this', { workflowId: 'kept', taskQueue: 'no-worker', args: [] }),
    );
    await first.kill();

    const port = Number(first.address.split(':')[1]);
    const second = await startServer({ dbFile, port });
    try {
      expect(second.address).toBe(first.address);
      const description = await withClient(second, (client) => client.workflow.getHandle('kept').describe());
      expect(description.status.name).toBe('RUNNING');
    } finally {
      await second.stop();
    }

    const pids = [first.pid, second.pid].filter((pid) => pid !== null);
    expect(pids).toHaveLength(2);
    await eventually(() => pids.every((pid) => !isAlive(pid)), { withinMs: 5_000 });
  });
});
