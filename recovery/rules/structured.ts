import type { Evidence } from '../../contracts/evidence.js';
import type { Rule } from './rule.js';

/** Last part of a dotted class name: `numpy._core._exceptions._ArrayMemoryError` -> `_ArrayMemoryError`. */
function simpleName({ errorClass }: Evidence): string {
  return errorClass?.split('.').at(-1) ?? '';
}

function errorClassIs(names: readonly string[]): Rule['match'] {
  return (evidence) => (names.includes(simpleName(evidence)) ? `error class ${evidence.errorClass ?? ''}` : null);
}

/** A platform's reason is `<code>: <sentence>`; the code is what counts. */
function reasonCodeIs(code: string): Rule['match'] {
  return ({ reason }) => (reason?.startsWith(`${code}: `) ? reason : null);
}

/** Facts that the job or the platform names itself, before any reading of prose. */
export const STRUCTURED_RULES: readonly Rule[] = [
  {
    id: 'job-invalid-input',
    kind: 'invalid-input',
    certainty: 'definite',
    region: null,
    source: 'job contract: _error.json of kind invalid-input',
    match: (evidence) =>
      reasonCodeIs('invalid-input')(evidence) === null ? null : (evidence.errorMessage ?? 'invalid input'),
  },
  {
    id: 'disk-full',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    source: 'local platform before a start, or the job contract: _error.json of kind disk-full',
    match: reasonCodeIs('disk-full'),
  },
  {
    id: 'no-space-left',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    source: 'errno 28 (ENOSPC) as the C library words it',
    match: ({ errorMessage, reason }) =>
      [errorMessage, reason].find((text) => text?.includes('No space left on device')) ?? null,
  },
  {
    id: 'ray-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    source: 'Ray 2.58: ray.exceptions.OutOfMemoryError, raised for a worker that the memory monitor killed',
    match: errorClassIs(['OutOfMemoryError']),
  },
  {
    id: 'memory-limit-sampled',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    source: 'local platform where no cgroup can be used: the supervisor ended the tree at its limit',
    match: reasonCodeIs('memory-limit'),
  },
  {
    id: 'job-memory-exceeded',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    source: 'job contract: the job saw its own oom_kill counter rise',
    match: errorClassIs(['JobMemoryExceeded']),
  },
  {
    id: 'java-heap-exhausted',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'driver-heap',
    source: 'job contract: the Spark job saw java.lang.OutOfMemoryError; in local mode the driver is the only JVM',
    match: errorClassIs(['JavaHeapExhausted']),
  },
  {
    id: 'python-memory-error',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'python-worker',
    source: 'CPython MemoryError and its subclasses in NumPy and PyArrow; the message may be empty',
    match: errorClassIs(['MemoryError', '_ArrayMemoryError', 'ArrowMemoryError']),
  },
  {
    id: 'job-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'python-worker',
    source: 'job contract: _error.json of kind out-of-memory with a class that no rule above knows',
    match: (evidence) =>
      reasonCodeIs('out-of-memory')(evidence) === null ? null : `error class ${evidence.errorClass ?? 'unknown'}`,
  },
];
