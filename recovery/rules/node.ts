import type { TextRule } from './rule.js';

/** Node.js and V8. */
export const NODE_RULES: readonly TextRule[] = [
  {
    id: 'node-worker-heap',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'node-heap',
    in: 'message',
    pattern: /ERR_WORKER_OUT_OF_MEMORY|Worker terminated due to reaching memory limit/,
    source: 'Node.js: worker_threads resourceLimits, observed; Temporal hands it on',
  },
  {
    id: 'node-heap',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'node-heap',
    in: 'statement',
    pattern:
      /FATAL ERROR: [^\n]{0,160}(?:JavaScript heap out of memory|Allocation failed - process out of memory|Reached heap limit|out of memory)|<--- Last few GCs --->|(?:# )?Fatal (?:JavaScript )?(?:process )?(?:OOM|out of memory)[ :]|invalid (?:array|table) size Allocation failed|JavaScript heap out of memory/,
    source: 'V8: FatalProcessOutOfMemory, observed on Node 20',
  },
  {
    id: 'node-array-buffer',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern: /Array buffer allocation failed|could not allocate (?:memory|buffer)|ERR_MEMORY_ALLOCATION_FAILED/i,
    source: 'V8: memory outside its heap',
  },
];
