const MIB = 2 ** 20;

/** Spark refuses to start on a heap below 450 MiB. @see UnifiedMemoryManager, Spark 4.1 */
const SMALLEST_HEAP_MIB = 512;

/** Classes, compiled code, threads and buffers of the JVM, and the Python program beside it: measured on 1 and 30 M rows. */
const SMALLEST_REST_MIB = 640;

/** What a larger job needs beside its heap, and the kernel for the files being read and written. */
const REST_SHARE = 0.3;

/**
 * Heap of the driver's JVM, which in local mode also runs the tasks.
 * @param memoryBytes limit of the whole job
 * @returns MiB; below about 1.1 GiB the smallest heap that Spark takes, whatever is left beside it
 */
export function driverHeapMib(memoryBytes: number): number {
  const memoryMib = memoryBytes / MIB;
  const restMib = Math.max(SMALLEST_REST_MIB, memoryMib * REST_SHARE);
  return Math.max(SMALLEST_HEAP_MIB, Math.floor(memoryMib - restMib));
}
