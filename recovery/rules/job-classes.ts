import type { TextRule } from './rule.js';

/** Classes of our own jobs, as `_error.json` names them. */
export const JOB_CLASS_RULES: readonly TextRule[] = [
  {
    id: 'java-heap-exhausted',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'driver-heap',
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?JavaHeapExhausted\b/,
    source: 'job contract: the Spark job saw java.lang.OutOfMemoryError; in local mode the driver is the only JVM',
  },
  {
    id: 'job-memory-exceeded',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?JobMemoryExceeded\b/,
    source: 'job contract: the job saw its own oom_kill counter rise',
  },
  {
    id: 'trial-stalled',
    kind: 'timeout',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?TrialStalled\b/,
    source: 'job contract: a tuning trial did nothing, was ended, and did nothing again',
  },
  {
    id: 'job-invalid-input-class',
    kind: 'invalid-input',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?InvalidInput\b/,
    source: 'job contract: a parameter or an input is wrong',
  },
];
