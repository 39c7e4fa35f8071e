import { type Evidence, type EvidenceEngine, OutsideEvidence } from '../../contracts/evidence.js';
import type { Certainty, Region, Verdict, VerdictKind } from '../../contracts/verdict.js';
import { classify } from '../../recovery/classify.js';
import { isSparkIn } from '../../recovery/facts.js';
import { guessEngine } from '../../recovery/guess-engine.js';
import { ADVICE, remedyFor } from '../../recovery/remedies.js';
import type { ExitStatus } from '../input/exit-status.js';
import { readEnds } from '../input/read-ends.js';
import type { Answer } from '../io.js';

/** What a person knows beyond the log. */
export interface ClassifyOptions {
  readonly engine?: EvidenceEngine;
  readonly exit?: ExitStatus;
  readonly oomKills?: number;
}

/** Fields that tell an evidence JSON from a log that happens to be one object of JSON. */
const EVIDENCE_FIELDS = [
  'engine',
  'exit',
  'reason',
  'errorClass',
  'errorMessage',
  'logTail',
  'kernel',
  'stopRequested',
];

const KINDS: Readonly<Record<VerdictKind, string>> = {
  'out-of-memory': 'It ran out of memory',
  preempted: 'The platform took its machine or container away',
  capacity: 'The platform had no room for it, or a quota was used up',
  throttled: 'An API refused too many requests',
  'disk-full': 'A disk was full',
  'invalid-input': 'Its input or a setting is wrong',
  bug: 'The program failed by itself',
  cancelled: 'Somebody stopped it',
  timeout: 'It took longer than it may',
  lost: 'It was ended or lost from outside, not for memory',
  unknown: 'Nothing says why it died',
};

const REGIONS: Readonly<Record<Region, string>> = {
  'jvm-heap': 'the heap of an executor or another JVM',
  container: "the container's limit (cgroup, YARN or pod)",
  'driver-heap': 'the heap of the Spark driver',
  'driver-result-limit': "the driver's limit on results",
  broadcast: 'a broadcast table',
  'python-worker': 'a Python process',
  'object-store': "Ray's object store",
  gpu: 'a GPU',
  metaspace: "a JVM's metaspace",
  'direct-buffer': 'buffers outside a JVM heap',
  threads: 'threads or processes',
  'array-limit': 'the largest array that a JVM can have',
  host: "the machine's or a native process's memory",
  'node-heap': 'the heap of Node.js',
};

const SURE: Readonly<Record<Certainty, string>> = {
  definite: 'certain',
  probable: 'probable',
  ambiguous: 'not certain',
};

/** `tempered classify FILE|-`: what died, of which memory, how sure that is, and what would help. */
export async function classifyFile(path: string, options: ClassifyOptions): Promise<Answer> {
  const evidence = evidenceFrom(await readEnds(path), options);
  const verdict = classify(evidence);
  return { document: verdict, text: describe(verdict, isSparkIn(evidence)) };
}

function evidenceFrom(text: string, { engine, exit, oomKills }: ClassifyOptions): Evidence {
  const given = findEvidence(text);
  const spoken = given === null ? text : [given.reason, given.errorClass, given.errorMessage, given.logTail].join('\n');
  return {
    ...(given ?? { logTail: text }),
    engine: engine ?? given?.engine ?? guessEngine(spoken),
    ...(exit === undefined ? {} : { exit }),
    ...(oomKills === undefined ? {} : { kernel: { oomKillDelta: oomKills } }),
  };
}

function findEvidence(text: string): OutsideEvidence | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isEvidence = typeof value === 'object' && value !== null && EVIDENCE_FIELDS.some((name) => name in value);
    return isEvidence ? OutsideEvidence.parse({ ...NOTHING, ...value }) : null;
  } catch {
    return null;
  }
}

/** The fields that an evidence JSON may leave out. */
const NOTHING = Object.fromEntries(Object.keys(OutsideEvidence.shape).map((name) => [name, null]));

function describe({ kind, certainty, region, evidence }: Verdict, isSpark: boolean): string {
  const where = region === null ? '' : `: ${REGIONS[region]}`;
  const lines = evidence.map(({ rule, quote }) => `why    ${quote}  (rule ${rule})`);
  const helps = kind === 'out-of-memory' ? (region === null ? '' : remedyFor(region, isSpark)) : ADVICE[kind];
  return [`${KINDS[kind]}${where} (${SURE[certainty]}).`, ...lines, ...(helps === '' ? [] : [`helps  ${helps}`])].join(
    '\n',
  );
}
