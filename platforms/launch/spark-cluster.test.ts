import { expect, test } from '@jest/globals';
import { type SparkCluster, sparkClusterConf } from './spark-cluster.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

const CLUSTER: SparkCluster = {
  engine: 'spark',
  worker: { memoryBytes: 16 * GIB, cpus: 4, diskBytes: 0 },
  settings: {},
  executors: 3,
  codeUri: 's3://bucket/_code/0.zip',
  sparkConf: {},
};

/** Heap and overhead of a JVM in MiB. */
function sizeOf(conf: Readonly<Record<string, string>>, who: 'driver' | 'executor'): readonly [number, number] {
  return [
    Number.parseInt(conf[`spark.${who}.memory`] ?? ''),
    Number.parseInt(conf[`spark.${who}.memoryOverhead`] ?? ''),
  ];
}

test.each([2, 3, 8, 30, 120])(
  'heap and overhead of a worker of %d GiB are the worker, for driver and executors',
  (gib) => {
    const conf = sparkClusterConf({ ...CLUSTER, worker: { ...CLUSTER.worker, memoryBytes: gib * GIB } });
    for (const who of ['driver', 'executor'] as const) {
      const [heap, overhead] = sizeOf(conf, who);
      expect((heap + overhead) * MIB).toBe(gib * GIB);
    }
  },
);

test('the lever of the overhead takes from the heap and leaves the worker as it is', () => {
  expect(sizeOf(sparkClusterConf(CLUSTER), 'executor')).toEqual([11_468, 4_916]);
  expect(sizeOf(sparkClusterConf({ ...CLUSTER, settings: { overheadShare: 0.45 } }), 'executor')).toEqual([
    9_011, 7_373,
  ]);
});

test('a Python job leaves nearly all of the driver to Python', () => {
  expect(sizeOf(sparkClusterConf({ ...CLUSTER, engine: 'python' }), 'driver')).toEqual([512, 15_872]);
});

test('executors are as many as the profile says, have the CPUs of the worker, and import the code', () => {
  expect(sparkClusterConf(CLUSTER)).toMatchObject({
    'spark.dynamicAllocation.enabled': 'false',
    'spark.executor.instances': '3',
    'spark.executor.cores': '4',
    'spark.submit.pyFiles': 's3://bucket/_code/0.zip',
  });
});

test.each([true, false])('a small job (%s) starts quickly: its code is compiled once and lightly', (smallJob) => {
  const conf = sparkClusterConf({ ...CLUSTER, settings: { smallJob } });
  for (const who of ['driver', 'executor']) {
    expect(conf[`spark.${who}.extraJavaOptions`]?.includes('TieredStopAtLevel=1')).toBe(smallJob);
  }
});

test('an executor whose heap is full ends as Spark ends it, and not by a signal of YARN', () => {
  const options = sparkClusterConf(CLUSTER)['spark.executor.extraJavaOptions']?.split(' ');
  expect(options).toContain('-XX:OnOutOfMemoryError=true');
});

test('a Python environment of its own goes to the executors, and what the profile sets wins', () => {
  const sparkConf = { 'spark.executor.instances': '9' };
  expect(sparkClusterConf({ ...CLUSTER, pythonArchive: 's3://bucket/env.tar.gz', sparkConf })).toMatchObject({
    'spark.archives': 's3://bucket/env.tar.gz#environment',
    'spark.executorEnv.PYSPARK_PYTHON': './environment/bin/python',
    'spark.executor.instances': '9',
  });
});
