import {
  ALLOCATION_FAILED,
  CLASS_OF_EXHAUSTION,
  CODE_OF_EXHAUSTION,
  ENDED,
  ENDED_FOR_MEMORY,
  LIMIT_PASSED,
  LIVES_ON,
  OF_A_SERVER,
  OF_THE_CLIENT,
  NO_SIZE_HELPS,
  REFUSED,
  TOLD_BY_A_SERVER,
} from './memory-words.js';
import { allocator, memoryOfClass, ownerOf } from './regions.js';
import type { TextRule } from './rule.js';

/** Go throws this below the line that says what was asked for. */
const THROWN_BY_GO = /^fatal error: out of memory$/;
const SAYS_NO_MORE = new RegExp(`${NO_SIZE_HELPS.source}|${THROWN_BY_GO.source}`, 'i');

/** A size that no machine has: a number that ran over, or a length that was subtracted the wrong way round. */
export const IMPOSSIBLE_RULES: readonly TextRule[] = [
  {
    id: 'impossible-size',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'message',
    ofMemory: true,
    pattern:
      /\balloc\w* (?:of )?(?:(?:size|memory|array|buffer|an?|of) ){0,3}-\d+(?:-byte| bytes?)?\b|\b(?:alloc\w*|requested|m?map)\b(?: (?:[a-z]+ ){0,4}|\(size=)(?:\d{1,12}x){0,3}\d{17,40}\b/i,
    source: 'allocations of -156019200 and 18446744071841293701 bytes: LAMMPS, Go, Rust',
  },
];

/** Programs whose memory is the machine's: C, C++, Go, Rust, R, Perl, Ruby, Julia, .NET, the shell's tools. */
export const NATIVE_RULES: readonly TextRule[] = [
  {
    id: 'go-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern:
      /(?:fatal error: )?(?:runtime: (?:out of memory|cannot (?:allocate memory|map pages|reserve arena))|cannot allocate memory)/,
    source: 'Go runtime: malloc.go, mheap.go',
  },
  {
    id: 'go-out-of-memory-thrown',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    aftermath: true,
    pattern: THROWN_BY_GO,
    source: 'Go runtime: throw, below the line that says for how much',
  },
  {
    id: 'rust-errno',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern: /^thread '[^']{1,80}' (?:\(\d{1,10}\) )?panicked at .{0,400}\bOs \{ code: 12\b/,
    source: 'Rust: io::Error of ENOMEM in a panic',
  },
  {
    id: 'allocator-unusable',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern: /<jemalloc>: Unsupported system page size/,
    source: 'jemalloc: pages.c; built for a machine with another page size, it gives no memory at all',
  },
  {
    id: 'rust-small-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    aftermath: true,
    pattern: /memory allocation of \d{1,3} bytes failed/,
    source: 'Rust alloc: handle_alloc_error; an allocator that has not even a few bytes may have said why before',
  },
  {
    id: 'rust-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern: /memory allocation of \d{4,40} bytes failed/,
    source: 'Rust alloc: handle_alloc_error, then SIGABRT; also Polars inside Python',
  },
  {
    id: 'r-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern:
      /(?:Error[^:\n]{0,120}: ?)?(?:cannot allocate vector of (?:size|length)|vector memory (?:exhausted|limit of)|memory exhausted \(limit reached\?\)|cannot allocate memory block of size)/,
    source: 'R: memory.c',
  },
  {
    id: 'translated-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern:
      /kann Vektor der (?:Größe|Länge)|impossible d'allouer un vecteur|no se puede ubicar un vector|Nicht genügend (?:Haupts|S)peicher|Kann keinen Speicher|Nicht genug Speicher|Impossible d'allouer de la mémoire|No se (?:pudo|puede) asignar memoria|Não é possível alocar memória/i,
    source: 'R and the C library in German, French, Spanish and Portuguese: po files of R base and glibc',
  },
  {
    id: 'runtime-out-of-memory-class',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: ({ facts, saying }) =>
      facts.engine === 'python' && !/^(?:System\.|Insufficient|NoMemory|Out_of)/.test(saying.text)
        ? 'python-worker'
        : 'host',
    in: 'class',
    pattern:
      /^(?:(?:System\.)?(?:OutOfMemoryException|InsufficientMemoryException)|NoMemoryError|OutOfMemoryError(?::\s*$|$)|Out_of_memory)\b/,
    source: '.NET, Ruby, Julia, OCaml',
  },
  {
    id: 'ruby-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern: /\[FATAL\] failed to allocate memory|failed to allocate memory \(NoMemoryError\)/,
    source: 'Ruby: gc.c',
  },
  {
    id: 'php-memory-limit',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern:
      /(?:PHP )?Fatal error: ? ?Out of memory|(?:(?:PHP )?Fatal error: ? ?)?Allowed memory size of \d+ bytes exhausted/,
    source: 'PHP: zend_alloc.c',
  },
  {
    id: 'erlang-allocation',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern: /eheap_alloc: Cannot allocate \d+ bytes|Crash dump .{0,80}eheap_alloc/,
    source: 'Erlang/OTP: erl_alloc.c',
  },
  {
    id: 'haskell-heap',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'statement',
    pattern: /\bheap exhausted\b/i,
    source: 'GHC runtime; SBCL',
  },
  {
    id: 'last-words-name-memory',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'python-worker',
    in: 'statement',
    pattern: /(?:fatal|error|failed|aborted|giving up)\b[^\n]{0,40}: (?:[\w.]{0,60}\.)?MemoryError\b/i,
    source: 'programs that catch MemoryError, say so and end with a code of their own',
  },
  {
    id: 'program-out-of-memory',
    ofMemory: true,
    kind: 'out-of-memory',
    certainty: 'definite',
    region: ownerOf,
    unless: SAYS_NO_MORE,
    in: 'statement',
    pattern:
      /(?:(?:fatal|FATAL|error|ERROR)[: ]{1,3})?(?:[Oo]ut of memory(?:!|\.?$|, malloc failed|: ?(?:malloc|cannot allocate)| \(?(?:allocating|Needed|in |while|trying))|(?:virtual )?memory exhausted|[Mm]emory (?:allocation|exhausted)\b[^\n]{0,40}(?:fail(?:ed|ure)|error)|(?:cannot|could not|can't|unable to|failed to) (?:re)?allocate (?:memory|\d[\d.,]* ?(?:[KMGT]i?B?|bytes)|buffer of)|(?:x?malloc|x?calloc|x?realloc|mmap|fork|sbrk)(?:\(\))?:? ?[^\n]{0,40}(?:Cannot allocate memory|failed|out of memory)|Cannot allocate memory\.?$|not enough memory|insufficient memory)/i,
    source: 'glibc strerror(ENOMEM); Perl, GNU tools, git, samtools and others at their end',
  },
];

/** What a client says of the memory of its server. Before every rule about a job's own. */
export const SERVER_RULES: readonly TextRule[] = [
  {
    id: 'memory-of-a-server',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'class',
    ofMemory: true,
    pattern: OF_A_SERVER,
    unless: OF_THE_CLIENT,
    source: 'Redis maxmemory, SQLSTATE 53200, MySQL error 1038, BigQuery resourcesExceeded',
  },
  {
    id: 'memory-told-by-a-server',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    ofMemory: true,
    pattern: TOLD_BY_A_SERVER,
    unless: OF_THE_CLIENT,
    source: 'psql and its kin print what the server answered behind ERROR',
  },
];

/** The words themselves, where they are no name of something that only has to do with it. */
const OUT_OF_MEMORY =
  /\b(?:ran out-of-memory\b|out of (?:host |system |physical |virtual |main |heap |available |free )?memory(?! (?:budget|pool|quota|range|score|region|bounds|order|error (?:rate|count|budget)|alert|event|kill(?:er)? (?:count|rate)|report|column|test|flag|handler|category|class)\b)\b|(?:not enough|insufficient|ran out of) memory\b|cannot allocate memory\b)/;

/** Words of an exception that speaks for itself, in any library. */
export const ALLOCATION_RULES: readonly TextRule[] = [
  {
    id: 'class-names-exhaustion',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: memoryOfClass,
    in: 'class',
    ofMemory: true,
    pattern: CLASS_OF_EXHAUSTION,
    source: 'RAPIDS, Gluten, Hive, Trino and others: a class of its own for memory that ran out',
  },
  {
    id: 'code-names-exhaustion',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    ofMemory: true,
    pattern: CODE_OF_EXHAUSTION,
    source: 'services that name a failure by a code: OpenPAI, Databricks, ClickHouse Cloud, Snowpark',
  },
  {
    id: 'memory-limit-passed',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    ofMemory: true,
    pattern: LIMIT_PASSED,
    also: ENDED,
    unless: new RegExp(`${LIVES_ON.source}|${REFUSED.source}`, 'i'),
    source: 'schedulers and hosts in words of their own: Grid Engine, HTCondor, Moab, Torque, Heroku, App Engine',
  },
  {
    id: 'ended-for-memory',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    in: 'message',
    ofMemory: true,
    pattern: ENDED_FOR_MEMORY,
    unless: LIVES_ON,
    source:
      'schedulers, supervisors and hosts that say whom they ended for what: HTCondor, systemd-oomd, Dataproc, monit',
  },
  {
    id: 'allocation-failed',
    ofMemory: true,
    kind: 'out-of-memory',
    certainty: 'probable',
    region: allocator,
    in: 'message',
    pattern: new RegExp(
      `${OUT_OF_MEMORY.source}|${ALLOCATION_FAILED.source}|\\b(?:memory (?:limit )?exhausted|could not allocate (?:memory|block|\\d))`,
      'i',
    ),
    unless: SAYS_NO_MORE,
    source: 'errno 12 (ENOMEM) and the words of allocators: pandas, Arrow, XGBoost, LightGBM, Polars, SQLite',
  },
];
