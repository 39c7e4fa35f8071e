import { allocator } from './regions.js';
import { ONLY_OF_EXCEPTIONS, type TextRule } from './rule.js';

/** CPython and the libraries inside its process. */
export const PYTHON_RULES: readonly TextRule[] = [
  {
    id: 'tls-block',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern: /cannot allocate memory in static TLS block/,
    source: 'glibc: dlopen; the order of imports, not memory',
  },
  {
    id: 'python-memory-error',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: allocator,
    in: 'class',
    pattern: /^(?:[\w.]{0,100}\.)?(?:_?(?:Array|Arrow)?MemoryError|JavaMemoryError|MemoryException)\b/,
    source: 'CPython MemoryError and its subclasses in NumPy and PyArrow; the message may be empty, observed',
  },
  {
    id: 'python-memory-error-carried',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'python-worker',
    in: 'message',
    pattern: /(?:^|: )(?:[\w.]{1,60}\.)?_?(?:Array|Arrow)?MemoryError(?:$|[:(])/,
    also: ONLY_OF_EXCEPTIONS,
    source: 'frameworks that put str() or repr() of the cause into an error of their own',
  },
  {
    id: 'python-cannot-start-thread',
    kind: 'out-of-memory',
    certainty: 'ambiguous',
    region: 'threads',
    in: 'message',
    pattern:
      /can't start new thread|(?:libgomp|OpenBLAS|pthread)[^\n]{0,60}(?:Thread creation failed|pthread_create failed|Resource temporarily unavailable)|pthread_create failed .{0,40}Resource temporarily unavailable/i,
    source: 'CPython _thread, OpenBLAS, libgomp; a limit on processes says the same',
  },
  {
    id: 'worker-process-killed',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    in: 'class',
    pattern: /^[\w.]{0,100}TerminatedWorkerError: .{0,1500}SIGKILL\(-9\)/s,
    toldKill: true,
    source: 'joblib loky: exit codes of the workers, observed',
  },
  {
    id: 'dask-memory-budget',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    in: 'message',
    pattern: /Worker .{0,160}exceeded \d+(?:\.\d+)?% (?:of )?memory budget|Worker exceeded \d+% memory budget/i,
    source: 'Dask distributed: nanny memory monitor',
  },
  {
    id: 'gunicorn-killed',
    kind: 'unknown',
    certainty: 'ambiguous',
    region: null,
    in: 'message',
    pattern: /Worker \(pid:\d+\) was sent SIGKILL/,
    source: 'gunicorn arbiter supposes memory at every SIGKILL',
  },
  {
    id: 'native-bad-alloc',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: allocator,
    in: 'message',
    pattern:
      /\bstd::bad_alloc\b|\bbad_alloc: |terminate called after throwing an instance of 'std::bad_alloc'|\bbad allocation\b/,
    source: 'libstdc++: uncaught std::bad_alloc; XGBoost, LightGBM and DuckDB hand its text on',
  },
];
