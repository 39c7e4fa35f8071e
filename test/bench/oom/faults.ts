import type { Settings } from '../../../contracts/resources.js';
import { type Fault, FAULTY_STAGES, type FaultyStage } from './fault.js';

type Injected = Fault['inject'];

/** What only some faults have, beside what is injected. */
interface Rest extends Partial<Pick<Fault, 'capMib' | 'settings' | 'act' | 'provenAt' | 'region' | 'alone'>> {
  readonly inject: Injected;
}

const CAP_MIB = 6144;

/** A job that gets through with other levers or more memory. The kernel kills it at its limit unless `region` says otherwise. */
function memory(name: string, startMib: number, rest: Rest): Fault {
  const region = 'container';
  return { name, stage: stageOf(name), kind: 'memory', region, startMib, capMib: CAP_MIB, ends: 'done', ...rest };
}

/** A job that nothing allowed can save. */
function doomed(name: string, startMib: number, rest: Rest): Fault {
  const capMib = 1024;
  return { name, stage: stageOf(name), kind: 'doomed', startMib, capMib, ends: 'OUT_OF_MEMORY', ...rest };
}

/** Something that more memory would only make dearer. */
function other(name: string, ends: Fault['ends'], rest: Rest): Fault {
  return { name, stage: stageOf(name), kind: 'other', startMib: 2048, capMib: CAP_MIB, ends, ...rest };
}

function stageOf(name: string): FaultyStage {
  const stage = FAULTY_STAGES.find((one) => name.startsWith(`${one}-`));
  if (stage === undefined) throw new RangeError(`${name} does not begin with a stage`);
  return stage;
}

const TWO_AT_ONCE: Settings = { concurrency: 2 };

/**
 * Every fault, the longest first. `mib` is what one unit of work takes beside the job's own memory. Most first sizes are three to five
 * times too small. Some faults fill the memory up; the others strike at a heavy unit (`heavyFrom`), and those of a stage are spread over it: at
 * once, half-way, near its end.
 */
export const FAULTS: readonly Fault[] = [
  memory('tune-heavy-trials', 1664, { inject: { fault: 'hold', mib: 500 }, settings: TWO_AT_ONCE }),
  // Ray's monitor looks at the whole machine, so the kernel may be quicker: the one or the other.
  memory('tune-monitor', 2048, {
    inject: { fault: 'ray-monitor', mib: 1500, heavyFrom: 1 },
    region: ['host', 'container'],
    alone: true,
  }),
  memory('tune-object-store', 1280, { inject: { fault: 'object-store', mib: 1000, heavyFrom: 4 } }),
  memory('tune-killed-child', 1280, { inject: { fault: 'killed-child', mib: 2500, heavyFrom: 7 } }),

  memory('etl-heap', 1152, { inject: { fault: 'spark-heap', mib: 200, heavyFrom: 1 }, region: 'driver-heap' }),
  memory('etl-result-limit', 2048, {
    inject: { fault: 'spark-result', mib: 24, heavyFrom: 4 },
    settings: { resultLimitMiB: 8 },
    region: 'driver-result-limit',
  }),
  memory('etl-broadcast', 1152, {
    inject: { fault: 'spark-broadcast', mib: 256, heavyFrom: 3 },
    region: 'broadcast',
  }),
  memory('etl-python-worker', 1152, { inject: { fault: 'spark-python', mib: 1400, heavyFrom: 5 } }),
  memory('etl-driver-process', 1152, { inject: { fault: 'hold', mib: 2500, heavyFrom: 6 } }),
  memory('etl-leak', 1152, { inject: { fault: 'leak', mib: 400 } }),

  memory('generate-heavy-workers', 320, { inject: { fault: 'hold', mib: 400 } }),
  memory('generate-heavy-chunks', 320, { inject: { fault: 'hold', mib: 400, heavyFrom: 4 } }),
  memory('generate-leak', 256, { inject: { fault: 'leak', mib: 100 } }),
  memory('generate-memory-error', 256, {
    inject: { fault: 'memory-error', mib: 900, heavyFrom: 3 },
    region: 'python-worker',
  }),
  memory('generate-killed-child', 256, { inject: { fault: 'killed-child', mib: 700 } }),
  memory('generate-late-chunks', 256, { inject: { fault: 'hold', mib: 800, heavyFrom: 6 } }),

  memory('evaluate-wide-rows', 384, { inject: { fault: 'hold', bytesPerBatchRow: 3000, heavyFrom: 3 } }),
  memory('evaluate-heavy', 320, { inject: { fault: 'hold', mib: 900, heavyFrom: 5 } }),
  memory('evaluate-leak', 320, { inject: { fault: 'leak', mib: 100 } }),
  memory('evaluate-memory-error', 320, {
    inject: { fault: 'memory-error', mib: 900, heavyFrom: 7 },
    region: 'python-worker',
  }),
  memory('evaluate-killed-child', 320, { inject: { fault: 'killed-child', mib: 900 } }),

  memory('predict-wide-rows', 384, { inject: { fault: 'hold', bytesPerBatchRow: 3000, heavyFrom: 1 } }),
  memory('predict-heavy-chunks', 448, { inject: { fault: 'hold', mib: 500 }, settings: TWO_AT_ONCE }),
  memory('predict-leak', 320, { inject: { fault: 'leak', mib: 350 } }),
  memory('predict-killed-child', 320, { inject: { fault: 'killed-child', mib: 900 } }),
  memory('predict-memory-error', 320, {
    inject: { fault: 'memory-error', mib: 900, heavyFrom: 1 },
    region: 'python-worker',
  }),
  memory('predict-late-chunk', 320, { inject: { fault: 'hold', mib: 900, heavyFrom: 2 } }),

  doomed('generate-asks-too-much', 512, { inject: { fault: 'memory-error', mib: 3000 } }),
  // Smaller batches may ask for less; that they do not is known after they were tried.
  doomed('evaluate-asks-too-much', 512, { inject: { fault: 'memory-error', mib: 3000 }, provenAt: 2 }),
  // So may all that the levers can give, which is tried at once where memory has no more.
  doomed('predict-never-fits', 1024, { inject: { fault: 'hold', mib: 3000 }, provenAt: 2 }),

  other('generate-bug', 'JOB_FAILED', { inject: { fault: 'raise', error: 'ValueError', message: 'a bug of the job' } }),
  other('predict-bug-with-memory-words', 'JOB_FAILED', {
    inject: { fault: 'raise', error: 'KeyError', message: 'java.lang.OutOfMemoryError: Java heap space' },
  }),
  other('etl-bug', 'JOB_FAILED', {
    inject: { fault: 'raise', error: 'RuntimeError', message: 'column Killed was expected' },
  }),
  other('tune-bug', 'JOB_FAILED', {
    inject: { fault: 'raise', error: 'ValueError', message: 'Out of memory is a film' },
  }),
  other('tune-cancelled', 'CANCELLED', { inject: { fault: 'hang' }, act: 'cancel' }),
  other('evaluate-hangs', 'TIMED_OUT', { inject: { fault: 'hang' } }),
  other('generate-disk-full', 'STORAGE_FULL', { inject: { fault: 'disk-full' } }),
  other('predict-lost', 'done', { inject: { fault: 'hang', attempts: 1 }, act: 'kill-supervisor' }),
  other('generate-terminated', 'done', { inject: { fault: 'hang', attempts: 1 }, act: 'terminate-job' }),
  other('evaluate-killed-by-somebody', 'done', { inject: { fault: 'signal', signal: 'SIGKILL', attempts: 1 } }),
];
