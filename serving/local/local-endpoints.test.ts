import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelRef } from '../../contracts/refs.js';
import { loadGoldenRows } from '../../models/model-card.js';
import { projectRoot } from '../../settings/home.js';
import { storeSampleModel } from '../../test/harness/sample-model.js';
import { temporaryStorage, type TemporaryStorage } from '../../test/contracts/temporary-storage.js';
import { eventually } from '../../test/harness/eventually.js';
import { LocalEndpoints } from './local-endpoints.js';

let temporary: TemporaryStorage;
let host: LocalEndpoints;
let model: ModelRef;
let other: ModelRef;
let folder = '';

beforeAll(async () => {
  temporary = await temporaryStorage();
  folder = join(temporary.folder, 'endpoints');
  [model, other] = await Promise.all([storeSampleModel(temporary.storage, 7), storeSampleModel(temporary.storage, 9)]);
  host = new LocalEndpoints({ folder, projectRoot, storage: temporary.storage });
}, 120_000);
afterEach(() => host.remove({ host: 'local', name: 'salary-1' }), 60_000);
afterAll(() => temporary.close());

async function inService(name = 'salary-1') {
  const handle = await host.deploy({ name, model });
  await eventually(async () => expect(await host.poll(handle)).toMatchObject({ kind: 'in-service' }), {
    withinMs: 60_000,
  });
  return handle;
}

describe('an endpoint on this machine', () => {
  test('repeats the golden predictions, and is gone when it is removed', async () => {
    const handle = await inService();
    const golden = await loadGoldenRows(temporary.storage, model);
    const { predictions } = await host.invoke(handle, { instances: golden.map(({ features }) => features) });
    expect(predictions).toEqual(golden.map(({ prediction }) => prediction));
    await host.remove(handle);
    expect(await host.poll(handle)).toEqual({ kind: 'absent' });
    expect(existsSync(join(folder, 'salary-1'))).toBe(false);
    await host.remove(handle);
  }, 120_000);

  test('deployed twice is one server, and another model cannot have its name', async () => {
    const handle = await inService();
    const before = await host.poll(handle);
    expect(await host.deploy({ name: 'salary-1', model })).toEqual(handle);
    expect(await host.poll(handle)).toEqual(before);
    await expect(host.deploy({ name: 'salary-1', model: other })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining('endpoint salary-1 is taken'),
    });
  }, 120_000);

  test('refuses a request by the feature that is wrong', async () => {
    const handle = await inService();
    const ask = (age: number | string) => host.invoke(handle, { instances: [{ age, is_active: 1, tenure_days: 5 }] });
    await expect(ask('old')).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining("instances[0].age: found 'old', allowed: a finite number"),
    });
    await expect(ask(40)).resolves.toMatchObject({ predictions: [expect.any(Number)] });
  }, 120_000);

  test('whose server was killed says so, and can be deployed again', async () => {
    const handle = await inService();
    const pid = serverOf('salary-1');
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await host.poll(handle)).toMatchObject({ kind: 'failed' }), {
      withinMs: 30_000,
    });
    await inService();
    expect(serverOf('salary-1')).not.toBe(pid);
  }, 180_000);

  test('whose model is damaged says what is wrong with it', async () => {
    const damaged = await storeSampleModel(temporary.storage, 11, { damaged: true });
    const handle = await host.deploy({ name: 'salary-1', model: damaged });
    await eventually(
      async () =>
        expect(await host.poll(handle)).toMatchObject({
          kind: 'failed',
          reason: expect.stringContaining('model.json.golden[0].prediction'),
        }),
      { withinMs: 60_000 },
    );
  }, 120_000);

  test('has a name that is one', async () => {
    await expect(host.deploy({ name: '../up', model })).rejects.toMatchObject({ code: 'WRONG_INPUT' });
  });
});

function serverOf(name: string): number {
  const { pid } = JSON.parse(readFileSync(join(folder, name, 'server.json'), 'utf8')) as { readonly pid: number };
  return pid;
}
