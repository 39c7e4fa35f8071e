import type { Attempt, FailedAttempt, Lever, SettingLever } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import type { Resources, Settings } from '../contracts/resources.js';
import { BUDGETS } from './budgets.js';
import { type Decision, type History, lastOf, type Limits, sameAgain } from './decision.js';
import { whyDoomed } from './doomed.js';
import { changesResult, isLimit, type LeverMove, moveText, pullLever, workersInForce } from './levers.js';
import { type RegionHelp, helpFor } from './region-help.js';
import { deathText } from './sentences.js';
import { nextSize } from './size.js';

/** From here on a peak has met its limit. */
const AT_THE_LIMIT = 0.9;

/** One step of the ladder. */
interface Step {
  readonly moves: readonly LeverMove[];
  /** Null while the size stays. */
  readonly size: Resources | null;
}

/**
 * What follows an attempt that ran out of memory. The first failure of a region pulls all free levers that help it and stand before
 * memory by one notch, at the same size; later ones grow memory; once the cap is reached the levers give what they have left, and only then those that
 * change the result. Why in this order: docs/oom.md, Deciding.
 */
export function planMemory(failed: History, limits: Limits): Decision {
  const last = lastOf(failed);
  const memoryFailures = failed.filter(({ verdict }) => verdict.kind === 'out-of-memory');
  const help = helpFor(last.verdict);
  const guess = help.memory ? judgeAmbiguous(memoryFailures, last) : null;
  if (guess) return guess;
  if (memoryFailures.length >= BUDGETS['out-of-memory']) {
    return giveUp(last, help, `that was the last of ${String(BUDGETS['out-of-memory'])} attempts`);
  }
  const doom = help.memory ? whyDoomed(memoryFailures, limits.cap) : null;
  const step = chooseStep({ memoryFailures, last, help, limits, doom });
  return step ? climb(last, step, limits) : giveUp(last, help, whyNothingIsLeft(help, limits, doom));
}

/** A death that may have been for memory is repeated once as it was; the second counts when its peak met the limit. Null: it counts. */
function judgeAmbiguous(memoryFailures: readonly FailedAttempt[], last: FailedAttempt): Decision | null {
  const { attempt, verdict, peakBytes } = last;
  if (verdict.certainty !== 'ambiguous') return null;
  if (findRepeated(memoryFailures) === last) {
    return sameAgain(last, `${deathText(last)}: it may not have been memory, so the same again`);
  }
  if (peakBytes !== null && peakBytes >= attempt.resources.memoryBytes * AT_THE_LIMIT) return null;
  return {
    kind: 'give-up',
    code: 'JOB_FAILED',
    because: `${deathText(last)}: it died twice and no measurement says that it was memory`,
    advice: 'read the job log: npx tempered logs RUN',
  };
}

/** The ambiguous failure that was answered by the same again; it has taught nothing of what helps. */
function findRepeated(memoryFailures: readonly FailedAttempt[]): FailedAttempt | undefined {
  return memoryFailures.find(({ verdict }) => verdict.certainty === 'ambiguous' && helpFor(verdict).memory);
}

interface Situation {
  readonly memoryFailures: readonly FailedAttempt[];
  readonly last: FailedAttempt;
  readonly help: RegionHelp;
  readonly limits: Limits;
  readonly doom: string | null;
}

function chooseStep({ memoryFailures, last, help, limits, doom }: Situation): Step | null {
  const { attempt, verdict } = last;
  const isLastAttempt = memoryFailures.length === BUDGETS['out-of-memory'] - 1;
  const mayGrow = help.memory && doom === null && limits.levers.includes('memory');
  const answered = memoryFailures.filter((other) => other !== last && other !== findRepeated(memoryFailures));
  const size = mayGrow
    ? nextSize({ ...last, ...attempt, isOfHost: verdict.region === 'host' }, limits, isLastAttempt)
    : null;
  const isFirstOfRegion = !answered.some((other) => other.verdict.region === verdict.region);
  // Where memory can give no more, a notch an attempt would prove in five attempts what one proves.
  const pulled = pullAll(limits, help, { attempt, far: size === null && (mayGrow || !isFirstOfRegion) });
  const moves = isTooLarge(last, limits) ? pulled.filter(({ lever }) => CUTS_WORK.has(lever)) : pulled;
  const free = moves.filter(({ lever }) => !changesResult(lever));
  const first = size ? free.filter(({ lever }) => isBeforeMemory(lever, limits)) : free;

  if (isFirstOfRegion && first.length > 0 && !isLastAttempt) return { moves: first, size: null };
  if (doom !== null && !mayShrink(last, answered)) return null;
  if (isLastAttempt && (size || free.length > 0)) return { moves: free, size };
  if (size) return { moves: free.filter(({ lever }) => isLimit(lever)), size };
  if (free.length > 0) return { moves: free, size: null };
  const [costly] = moves;
  return costly ? { moves: [costly], size: null } : null;
}

/** Levers that a stage names after memory seldom free any: they wait until memory has no more to give. */
function isBeforeMemory(lever: SettingLever, { levers }: Limits): boolean {
  return levers.indexOf(lever) < levers.indexOf('memory');
}

function pullAll(
  { levers }: Limits,
  help: RegionHelp,
  { attempt, far }: { readonly attempt: Attempt; readonly far: boolean },
): readonly LeverMove[] {
  return levers.flatMap((lever) => {
    if (lever === 'memory' || !help.levers.includes(lever)) return [];
    // One that changes the result gives no more than it must.
    const pull = { cpus: attempt.resources.cpus, far: far && !changesResult(lever) };
    const move = pullLever(lever, attempt.settings, pull);
    return move ? [move] : [];
  });
}

/** What makes one allocation smaller. The others only change how many there are at a time, or where their memory comes from. */
const CUTS_WORK: ReadonlySet<SettingLever> = new Set([
  ...(['batchRows', 'partitions', 'broadcast', 'collect', 'histogramBins', 'sampleShare'] as const),
]);

function isTooLarge({ requestedBytes }: FailedAttempt, { cap }: Limits): boolean {
  return requestedBytes !== null && requestedBytes > cap.memoryBytes;
}

/** Levers may make an allocation smaller that is too large for any size, until they have been seen not to. */
function mayShrink({ requestedBytes }: FailedAttempt, answered: readonly FailedAttempt[]): boolean {
  if (requestedBytes === null) return false;
  return !answered.some((other) => other.requestedBytes !== null && other.requestedBytes <= requestedBytes);
}

function climb(last: FailedAttempt, { moves, size }: Step, { cap }: Limits): Decision {
  const { attempt } = last;
  const previous = attempt.resources;
  const resources = size ?? { ...previous, memoryBytes: Math.min(previous.memoryBytes, cap.memoryBytes) };
  const levers: Lever[] = [...moves.map(({ lever }) => lever), ...(size ? (['memory'] as const) : [])];
  const changes = [
    ...moves.map(moveText),
    ...(size ? [`memory ${formatBytes(previous.memoryBytes)} -> ${formatBytes(size.memoryBytes)}`] : []),
  ];
  const settings = {
    ...keepWorkers(attempt, resources),
    ...Object.fromEntries(moves.map(({ lever, to }) => [lever, to] as const)),
  };
  const because = `${deathText(last)}: ${changes.join(', ')}`;
  return {
    kind: 'retry',
    attempt: { number: attempt.number + 1, resources, settings, levers, because },
    afterSeconds: 0,
  };
}

/** A larger machine often has more CPUs. "One worker a CPU" would spend the new memory on new workers, so their number is kept. */
function keepWorkers({ settings, resources: { cpus } }: Attempt, next: Resources): Settings {
  const { concurrency } = settings;
  if (next.cpus <= cpus || concurrency !== 0) return settings;
  return { ...settings, concurrency: workersInForce(concurrency, cpus) };
}

function whyNothingIsLeft(help: RegionHelp, { cap, levers }: Limits, doom: string | null): string {
  if (doom !== null) return doom;
  if (!help.memory) return 'more memory does not help, and the stage has no lever left that does';
  if (!levers.includes('memory')) return 'the stage has no lever left, and memory is none of its levers';
  return `the largest size allowed is ${formatBytes(cap.memoryBytes)}, and no lever is left`;
}

function giveUp(last: FailedAttempt, help: RegionHelp, why: string): Decision {
  const needed = neededText(last);
  return {
    kind: 'give-up',
    code: 'OUT_OF_MEMORY',
    because: `${deathText(last)}: ${why}${needed}`,
    advice: help.advice,
  };
}

/** About what it would have taken, where the failure says so. */
function neededText({ peakBytes, requestedBytes }: FailedAttempt): string {
  return requestedBytes === null ? '' : `; it needs about ${formatBytes((peakBytes ?? 0) + requestedBytes)}`;
}
