import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { LogReader, LogReading } from '../../platforms/job-log.js';
import { followLogs, type LogSource } from './follow-logs.js';
import { LogPrinter } from './log-printer.js';

const job = (stage: string, platform = 'service') => {
  const key = `run/${stage}-1a2b3c4d-a1`;
  return { stage, attempt: 1, handle: { platform, key, id: key } };
};

interface Look {
  readonly text?: string;
  readonly isWhole?: boolean;
  readonly awaits?: string;
}

/** A service whose logs are scripts: one entry a look. */
function scripted(scripts: Readonly<Record<string, readonly Look[]>>): LogSource {
  return {
    pacing: { firstMs: 1, maxMs: 5 },
    readLog: ({ key }, { from, take }: LogReader): Promise<LogReading> => {
      const stage = key.split(/[/-]/)[1] ?? '';
      const number = from['looks']?.bytes ?? 0;
      const { text, isWhole = false, awaits = null } = scripts[stage]?.[number] ?? { isWhole: true };
      if (text !== undefined) take(Buffer.from(text));
      return Promise.resolve({ position: { looks: { bytes: number + 1, tag: null } }, isWhole, awaits });
    },
    logPlaces: ({ key }) => Promise.resolve([`s3://logs/${key}`]),
  };
}

function listener() {
  const out = new PassThrough();
  const printer = new LogPrinter(out);
  const notes: string[] = [];
  return {
    notes,
    printed: () => String(out.read() ?? ''),
    print: printer.print.bind(printer),
    note: (_job: unknown, text: string) => notes.push(text),
  };
}

test('jobs that write at the same time are told apart, and one that comes later is followed too', async () => {
  const [etl, tune] = [job('etl'), job('tune')];
  const heard = listener();
  let looks = 0;
  const jobs = await followLogs({
    ...heard,
    platforms: { service: scripted({ etl: [{ text: 'a\n' }, { text: 'b' }], tune: [{ text: 'c\n', isWhole: true }] }) },
    look: () =>
      Promise.resolve((looks += 1) < 2 ? { jobs: [etl], isRunning: true } : { jobs: [etl, tune], isRunning: false }),
  });
  expect(jobs).toEqual([etl, tune]);
  expect(heard.printed()).toBe('==> etl run/etl-1a2b3c4d-a1 <==\na\nb\n\n==> tune run/tune-1a2b3c4d-a1 <==\nc\n');
});

test('what is waited for is said once, with the place where it will be', async () => {
  const heard = listener();
  const late = { awaits: 'EMR brings it every five minutes' };
  await followLogs({
    ...heard,
    platforms: { service: scripted({ etl: [late, late, { text: 'at last\n', isWhole: true }] }) },
    look: () => Promise.resolve({ jobs: [job('etl')], isRunning: false }),
  });
  expect(heard.notes).toEqual([`${late.awaits}; it will be at s3://logs/run/etl-1a2b3c4d-a1`]);
  expect(heard.printed()).toContain('at last');
});

test('a job of a platform that is not set up here is named, and the others are shown', async () => {
  const heard = listener();
  await followLogs({
    ...heard,
    platforms: { service: scripted({ etl: [{ text: 'a\n', isWhole: true }] }) },
    look: () => Promise.resolve({ jobs: [job('tune', 'emr'), job('etl')], isRunning: false }),
  });
  expect(heard.notes).toEqual(['platform emr is not configured here']);
  expect(heard.printed()).toContain('a\n');
});

test('a log that cannot be read ends the command, also while the run goes on', async () => {
  const broken = { ...scripted({}), readLog: () => Promise.reject(new Error('denied')) };
  const following = followLogs({
    ...listener(),
    platforms: { service: broken },
    look: () => Promise.resolve({ jobs: [job('etl')], isRunning: true }),
  });
  await expect(following).rejects.toThrow('denied');
});
