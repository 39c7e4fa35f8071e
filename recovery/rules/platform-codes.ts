import { type Region, REGIONS } from '../../contracts/verdict.js';
import type { Facts } from '../facts.js';
import type { FieldRule } from './rule.js';

/** A reason of our own platforms is `<code>: <sentence>`; the code is what counts. */
function code(name: string): FieldRule['match'] {
  return ({ reason }) => (reason.startsWith(`${name}: `) ? reason : null);
}

const LOCAL = 'local platform: its reason code';

/** What our own platforms and the job contract name outright. */
export const PLATFORM_CODE_RULES: readonly FieldRule[] = [
  {
    id: 'job-invalid-input',
    kind: 'invalid-input',
    certainty: 'definite',
    region: null,
    source: 'job contract: _error.json of kind invalid-input',
    match: (facts) => (code('invalid-input')(facts) === null ? null : facts.errorMessage || facts.reason),
  },
  {
    id: 'platform-disk-full',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    source: LOCAL,
    match: code('disk-full'),
  },
  {
    id: 'memory-limit-sampled',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    source: `${LOCAL}: where no cgroup can be used, the supervisor ends the tree at its limit`,
    match: code('memory-limit'),
  },
  {
    id: 'stalled-after-kill',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    source: `${LOCAL}: the kernel killed a child and the parent waited for it until we ended it`,
    match: (facts) => ((facts.oomKills ?? 0) > 0 ? code('stalled')(facts) : null),
  },
  {
    id: 'platform-stalled',
    kind: 'timeout',
    certainty: 'definite',
    region: null,
    source: LOCAL,
    match: code('stalled'),
  },
  {
    id: 'platform-lost-job',
    kind: 'lost',
    certainty: 'definite',
    region: null,
    source: LOCAL,
    match: (facts) => code('lost')(facts) ?? code('supervisor-failed')(facts),
  },
  {
    id: 'launch-failed',
    kind: 'bug',
    certainty: 'definite',
    region: null,
    source: LOCAL,
    match: code('launch-failed'),
  },
];

/** A job that calls its end out of memory, by a class that no rule knows. */
export const JOB_OUT_OF_MEMORY: FieldRule = {
  id: 'job-out-of-memory',
  kind: 'out-of-memory',
  certainty: 'definite',
  region: ({ facts }) => saidRegion(facts.reason) ?? ownMemoryOf(facts),
  source: 'job contract: _error.json of kind out-of-memory',
  match: (facts) => (code('out-of-memory')(facts) === null ? null : `error class ${facts.errorClass ?? 'unknown'}`),
};

/** The region that a job's own account names. */
function saidRegion(reason: string): Region | undefined {
  const [, said] = /, of its ([a-z-]+)$/.exec(reason) ?? [];
  return REGIONS.find((region) => region === said);
}

function ownMemoryOf({ engine }: Facts): Region {
  return engine === 'spark' ? 'driver-heap' : engine === 'node' ? 'node-heap' : 'python-worker';
}
