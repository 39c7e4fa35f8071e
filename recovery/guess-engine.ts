import type { EvidenceEngine } from '../contracts/evidence.js';
import { boundText } from './log/bound-text.js';

/** Words that only one engine or platform prints, the more specific first. */
const SIGNS: readonly (readonly [EvidenceEngine, RegExp])[] = [
  ['slurm', /\bslurmstepd\b|\bsrun: |SLURM_JOB_ID/],
  ['sagemaker', /\bsagemaker[-_. ]|\balgo-1\b|ExecuteUserScriptError/i],
  ['databricks', /\bdatabricks\b/i],
  ['dataproc', /\bdataproc\b/i],
  ['emr-serverless', /emr-serverless|complete logs in configured logging destination/i],
  ['spark', /org\.apache\.spark|\bpyspark\b|\bSparkContext\b/],
  ['ray', /\bray\.exceptions\b|\(raylet\b|\bray::/],
  ['yarn', /\bappattempt_\d|\bcontainer_e?\d+_\d+|org\.apache\.hadoop/],
  ['kubernetes', /\bOOMKilled\b|\bkubelet\b|\bkubectl\b/],
  ['python', /Traceback \(most recent call last\):|^\s+File ".*", line \d+/m],
  ['node', /\bnode:internal\/|JavaScript heap|Node\.js v\d/],
  ['jvm', /Exception in thread "|\bjava\.lang\.|\bat java\.base\//],
];

/** The engine that a text sounds like. `python` when it sounds like none: its rules are the common ones. */
export function guessEngine(text: string): EvidenceEngine {
  const read = boundText(text);
  return SIGNS.find(([, sign]) => sign.test(read))?.[0] ?? 'python';
}
