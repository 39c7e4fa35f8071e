import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TemperedError } from '../../contracts/failure.js';
import { type TemporaryStorage, temporaryStorage } from '../../test/contracts/temporary-storage.js';
import { RemoteJobFolder } from '../remote/remote-job-folder.js';
import { startOnce } from './start-once.js';

let temporary: TemporaryStorage;
beforeEach(async () => {
  temporary = await temporaryStorage();
});
afterEach(() => temporary.close());

const folder = () => new RemoteJobFolder(temporary.storage, 'run/etl-01234567-a1');

/** A service without client tokens, which starts as often as it is asked. */
function service() {
  const started: string[] = [];
  const start = () => {
    started.push(`job-${String(started.length + 1)}`);
    return Promise.resolve(started.at(-1) ?? '');
  };
  return { started, start, find: () => Promise.resolve(started[0]) };
}

function failure(name: string, status?: number): TemperedError {
  const cause = Object.assign(new Error(name), {
    name,
    ...(status !== undefined && { $metadata: { httpStatusCode: status } }),
  });
  return new TemperedError('PLATFORM_UNAVAILABLE', 'cannot start', {}, { cause });
}

/** As the platform does it: the id is noted by whoever has it. */
async function submit(calls: Pick<ReturnType<typeof service>, 'start' | 'find'>, claimMs?: number): Promise<string> {
  return folder().noteSubmitted(await startOnce({ folder: folder(), ...calls, claimMs }));
}

describe('starting once', () => {
  test('of many who try at the same moment, one starts and all have its job', async () => {
    const { started, start, find } = service();
    const ids = await Promise.all(Array.from({ length: 5 }, () => submit({ start, find: () => find() })));
    expect([...new Set(ids)]).toEqual(['job-1']);
    expect(started).toHaveLength(1);
  });

  test('a job whose answer was lost is found by its name and not started again', async () => {
    const { started, start, find } = service();
    const lost = async () => {
      await start();
      throw failure('ECONNRESET');
    };
    await expect(submit({ start: lost, find })).resolves.toBe('job-1');
    expect(started).toHaveLength(1);
  });

  test('a refusal gives the claim back, so that the next try need not wait', async () => {
    const { started, start, find } = service();
    const refused = () => Promise.reject(failure('ThrottlingException', 400));
    await expect(submit({ start: refused, find })).rejects.toThrow('cannot start');
    await expect(submit({ start, find: () => Promise.resolve(undefined) })).resolves.toBe('job-1');
    expect(started).toHaveLength(1);
  });

  test('when the owner of a claim has died before its start, another one takes over', async () => {
    const { started, start } = service();
    await folder().claim(1);
    await expect(submit({ start, find: () => Promise.resolve(undefined) }, 0)).resolves.toBe('job-1');
    expect(started).toHaveLength(1);
  });

  test('when the owner of a claim has died after its start, its job is the job', async () => {
    const { started, start, find } = service();
    await folder().claim(1);
    await start();
    await expect(submit({ start, find }, 0)).resolves.toBe('job-1');
    expect(started).toHaveLength(1);
  });
});
