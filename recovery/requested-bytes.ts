import type { Evidence } from '../contracts/evidence.js';
import type { Verdict } from '../contracts/verdict.js';

/** Lines at the end of a log in which a dying process still speaks of itself. */
const LAST_LINES = 40;

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/** Each runtime's own words for an allocation that failed, with the number of bytes and, where it writes one, the unit. */
const PATTERNS: readonly RegExp[] = [
  // NumPy, numpy/_core/_exceptions.py
  /Unable to allocate (?<size>[\d.]+) (?<unit>bytes|[KMGTP]iB) for an array/,
  // Arrow C++, memory_pool.cc
  /(?:malloc|realloc|calloc) of size (?<size>\d+) failed/,
  // Spark, UNABLE_TO_ACQUIRE_MEMORY
  /Unable to acquire (?<size>\d+) bytes of memory/,
  // JDK 17, java.nio.Bits
  /Cannot reserve (?<size>\d+) bytes of direct buffer memory/,
  // HotSpot, os::commit_memory and its report
  /Native memory allocation \((?:mmap|malloc)\) failed to (?:map|allocate) (?<size>\d+) bytes/,
  // PyTorch, DefaultCPUAllocator
  /can't allocate memory: you tried to allocate (?<size>\d+) bytes/,
  // Rust, std::alloc::handle_alloc_error
  /memory allocation of (?<size>\d+) bytes failed/,
  // R, memory.c; its Gb are 2^30 bytes
  /cannot allocate vector of size (?<size>[\d.]+) (?<unit>[KMGT]b)/,
  // Go, malloc.go
  /runtime: out of memory: cannot allocate (?<size>\d+)-byte block/,
  // C programs in their usual words
  /failed to allocate (?<size>\d+) bytes/i,
];

/**
 * What the allocation that ended a job asked for, in bytes; null where nobody says so. Looked for where the cause stands: the
 * error's message, what the verdict quotes, the platform's reason, and the last lines of the log. An earlier line may tell of an
 * allocation that the program survived. Memory of a graphics card is not the job's memory.
 */
export function findRequestedBytes(evidence: Evidence, { kind, region, evidence: findings }: Verdict): number | null {
  if (kind !== 'out-of-memory' || region === 'gpu') return null;
  const lastWords = evidence.logTail?.trimEnd().split('\n').slice(-LAST_LINES).reverse() ?? [];
  const texts = [evidence.errorMessage, ...findings.map(({ quote }) => quote), evidence.reason, ...lastWords];
  for (const text of texts) {
    const bytes = bytesIn(text ?? '');
    if (bytes !== null) return bytes;
  }
  return null;
}

function bytesIn(text: string): number | null {
  for (const pattern of PATTERNS) {
    const { size, unit = '' } = pattern.exec(text)?.groups ?? {};
    const bytes = Number(size) * (UNITS[unit.charAt(0).toLowerCase()] ?? Number.NaN);
    if (bytes > 0 && Number.isFinite(bytes)) return Math.round(bytes);
  }
  return null;
}
