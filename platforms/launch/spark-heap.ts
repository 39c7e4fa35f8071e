import type { Settings } from '../../contracts/resources.js';

const MIB = 2 ** 20;

/** Spark refuses to start on a heap below 450 MiB. @see UnifiedMemoryManager, Spark 4.1 */
export const SMALLEST_HEAP_MIB = 512;

/** Classes, compiled code, threads and buffers of the JVM, and the Python program beside it: measured on 1 and 30 M rows. */
const SMALLEST_REST_MIB = 640;

/** What a larger job needs beside its heap, and the kernel for the files being read and written; unless the setting `overheadShare` says more. */
const REST_SHARE = 0.3;

/**
 * Heap of the driver's JVM, which in local mode also runs the tasks.
 * @param memoryBytes limit of the whole job
 * @param settings `overheadShare`: share of the limit that the heap leaves, where that is more than what every JVM needs
 * @returns MiB; at least the smallest heap that Spark takes, whatever is left beside it
 */
export function driverHeapMib(memoryBytes: number, { overheadShare }: Settings): number {
  const memoryMib = memoryBytes / MIB;
  const restShare = typeof overheadShare === 'number' ? overheadShare : REST_SHARE;
  const restMib = Math.max(SMALLEST_REST_MIB, memoryMib * restShare);
  return Math.max(SMALLEST_HEAP_MIB, Math.floor(memoryMib - restMib));
}

/** What reading, writing and sending files takes as buffers outside the heap, at the least. */
const SMALLEST_DIRECT_MIB = 256;

/**
 * Most that buffers outside the heap may take. By default as much as the heap, so that a smaller heap, which makes room for them, would
 * also forbid them.
 * @returns MiB; what the heap leaves of the limit
 */
export function directMemoryMib(memoryBytes: number, heapMib: number): number {
  return Math.max(SMALLEST_DIRECT_MIB, Math.floor(memoryBytes / MIB) - heapMib);
}

/** What all tasks of a query may hand to the driver, who also holds it decoded; unless the setting `resultLimitMiB` says otherwise. */
const RESULT_LIMIT_MIB = 256;

/**
 * Most that the driver takes as results, so that a query that gathers too much ends with a message and not with a full heap.
 * @param settings `resultLimitMiB`
 * @returns MiB; never above half the heap
 */
export function resultLimitMib(heapMib: number, { resultLimitMiB }: Settings): number {
  const wantedMib = typeof resultLimitMiB === 'number' ? resultLimitMiB : RESULT_LIMIT_MIB;
  return Math.max(1, Math.min(Math.floor(wantedMib), Math.floor(heapMib / 2)));
}
