import { expect, test } from '@jest/globals';
import type { LaunchSpec } from './launch.js';
import { launchSpark } from './spark.js';
import { driverHeapMib, resultLimitMib } from './spark-heap.js';

const GIB = 2 ** 30;

const SPEC: LaunchSpec = {
  entryPath: '/project/jobs/spark/etl.py',
  jobUri: 'file:///jobs/etl-a1/job.json',
  resources: { memoryBytes: 3 * GIB, cpus: 2, diskBytes: GIB },
  settings: {},
  venv: '/project/.venv',
  archivePath: null,
  scratchDir: '/jobs/etl-a1/tmp',
};

/** The value that follows an option. */
function optionOf(argv: readonly string[], name: string): string | undefined {
  return argv[argv.indexOf(name) + 1];
}

function javaOptionsOf(spec: LaunchSpec): string {
  return optionOf(launchSpark(spec).argv, '--driver-java-options') ?? '';
}

test('the job is the last thing on the command line, with its one argument', () => {
  expect(launchSpark(SPEC).argv[0]).toBe('/project/.venv/bin/spark-submit');
  expect(launchSpark(SPEC).argv.slice(-2)).toEqual([SPEC.entryPath, SPEC.jobUri]);
});

test.each([
  { given: 'two CPUs', cpus: 2, then: 'local[2]' },
  { given: 'a part of a CPU', cpus: 0.5, then: 'local[1]' },
  { given: 'one and a half', cpus: 1.5, then: 'local[1]' },
])('$given -> $then', ({ cpus, then }) => {
  const { argv } = launchSpark({ ...SPEC, resources: { ...SPEC.resources, cpus } });
  expect(optionOf(argv, '--master')).toBe(then);
});

test.each([
  { memory: '512 MiB', memoryBytes: GIB / 2, heapMib: 512 },
  { memory: '1 GiB', memoryBytes: GIB, heapMib: 512 },
  { memory: '2 GiB', memoryBytes: 2 * GIB, heapMib: 1408 },
  { memory: '3 GiB', memoryBytes: 3 * GIB, heapMib: 2150 },
  { memory: '16 GiB', memoryBytes: 16 * GIB, heapMib: 11468 },
])('of $memory the heap gets $heapMib MiB', ({ memoryBytes, heapMib }) => {
  expect(driverHeapMib(memoryBytes, {})).toBe(heapMib);
  const { argv } = launchSpark({ ...SPEC, resources: { ...SPEC.resources, memoryBytes } });
  expect(optionOf(argv, '--driver-memory')).toBe(`${String(heapMib)}m`);
});

test.each([
  { share: 0.5, memoryBytes: 3 * GIB, heapMib: 1536 },
  { share: 0.1, memoryBytes: 3 * GIB, heapMib: 2432 }, // what every JVM needs beside its heap
  { share: 0.9, memoryBytes: 3 * GIB, heapMib: 512 }, // the smallest that Spark takes
])('an overhead share of $share leaves a heap of $heapMib MiB', ({ share, memoryBytes, heapMib }) => {
  const { argv } = launchSpark({
    ...SPEC,
    resources: { ...SPEC.resources, memoryBytes },
    settings: { overheadShare: share },
  });
  expect(optionOf(argv, '--driver-memory')).toBe(`${String(heapMib)}m`);
});

test.each([
  { given: 'nothing said', settings: {}, heapMib: 2150, limitMib: 256 },
  { given: 'a limit', settings: { resultLimitMiB: 64 }, heapMib: 2150, limitMib: 64 },
  { given: 'more than half the heap', settings: { resultLimitMiB: 4000 }, heapMib: 2150, limitMib: 1075 },
  { given: 'nothing said on the smallest heap', settings: {}, heapMib: 512, limitMib: 256 },
])('with $given the driver takes $limitMib MiB of results', ({ settings, heapMib, limitMib }) => {
  expect(resultLimitMib(heapMib, settings)).toBe(limitMib);
  expect(launchSpark({ ...SPEC, settings }).argv).toContain(`spark.driver.maxResultSize=${String(limitMib)}m`);
});

test.each([
  { share: 0.3, limitMib: 922 },
  { share: 0.6, limitMib: 1844 },
])('an overhead share of $share leaves buffers outside the heap $limitMib MiB', ({ share, limitMib }) => {
  expect(javaOptionsOf({ ...SPEC, settings: { overheadShare: share } })).toContain(
    `-XX:MaxDirectMemorySize=${String(limitMib)}m`,
  );
});

test('an archive is used when there is one', () => {
  expect(javaOptionsOf(SPEC)).not.toContain('SharedArchiveFile');
  expect(javaOptionsOf({ ...SPEC, archivePath: '/project/.venv/spark.jsa' })).toContain(
    '-XX:SharedArchiveFile=/project/.venv/spark.jsa -Xshare:auto',
  );
});

test('only a small job gives up throughput for a quick start', () => {
  expect(javaOptionsOf({ ...SPEC, settings: { smallJob: false } })).not.toContain('TieredStopAtLevel');
  expect(javaOptionsOf({ ...SPEC, settings: { smallJob: true } })).toContain(
    '-XX:TieredStopAtLevel=1 -XX:ParallelGCThreads=1',
  );
});

test.each([{ smallJob: true }, { smallJob: false }])('a heap that is only collected ends the job: %o', (settings) => {
  expect(javaOptionsOf({ ...SPEC, settings })).toContain('-XX:+UseParallelGC -XX:GCTimeLimit=90');
});

test('a folder with blanks and quotes stays one Java option', () => {
  expect(javaOptionsOf({ ...SPEC, scratchDir: '/my "jobs"/tmp' })).toContain('"-Djava.io.tmpdir=/my \\"jobs\\"/tmp"');
});

test('everything stays on this machine and in the job folder', () => {
  const { env, argv } = launchSpark(SPEC);
  expect(env).toMatchObject({ SPARK_LOCAL_IP: '127.0.0.1', SPARK_LOCAL_DIRS: SPEC.scratchDir });
  expect(argv).toContain('spark.ui.port=0');
});
