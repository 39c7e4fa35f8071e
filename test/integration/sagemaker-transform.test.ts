import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTransformJobCommand, ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Column } from '../../contracts/manifest.js';
import type { JobFile } from '../../contracts/job.js';
import { JOB_FILES, JobResult, type JobSpec } from '../../contracts/job.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { DatasetRef, ModelRef } from '../../contracts/refs.js';
import { jobName } from '../../platforms/aws/job-name.js';
import type { JobState, Platform } from '../../platforms/platform.js';
import { classify } from '../../recovery/classify.js';
import { checkOutputs } from '../../storage/check-outputs.js';
import { findJson } from '../../storage/find-json.js';
import { layout } from '../../storage/layout.js';
import { manifestOf } from '../../storage/manifest.js';
import { readFooter } from '../../storage/parquet-footer.js';
import { parquetColumns } from '../../storage/parquet-schema.js';
import { findDataset, writeSnapshot } from '../../storage/snapshots.js';
import { type SageMakerHarness, withSageMaker } from '../contracts/sagemaker-harness.js';
import { eventually } from '../harness/eventually.js';
import { writeParquet } from '../harness/parquet.js';
import { storeSampleModel } from '../harness/sample-model.js';

const GIB = 2 ** 30;

/** A model server, or a job, loads LightGBM on a busy machine. */
const PATIENCE = { withinMs: 150_000, everyMs: 200 };

/** More than an ml.m6i.xlarge of 256 MiB holds at once, and less than one of 512 MiB. */
const MANY_ROWS = 1_500_000;
const ALL_AT_ONCE = { concurrency: 1, threads: 1, batchRows: 3_000_000 };

describe('predictions by transform jobs of SageMaker', () => {
  let harness: SageMakerHarness;
  let client: SageMakerClient;
  let transform: Platform;
  let model: ModelRef;
  let few: DatasetRef;
  let many: DatasetRef;
  let folder: string;
  let close = (): void => undefined;
  let closed: Promise<unknown> = Promise.resolve();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tempered-transform-'));
    const released = new Promise<void>((resolve) => {
      close = resolve;
    });
    harness = await new Promise<SageMakerHarness>((opened, failed) => {
      closed = withSageMaker({ factor: 64, serve: 'python -m jobs.serve.server serve' }, (each) => {
        opened(each);
        return released;
      }).catch(failed);
    });
    client = new SageMakerClient(harness.aws.client);
    transform = open();
    model = await storeSampleModel(harness.storage, 7);
    few = await publishRows('few', [3_000, 1, 2_000]);
    many = await publishRows('many', [MANY_ROWS]);
  }, 240_000);
  afterAll(async () => {
    close();
    await closed;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a worker has that starts anew, whose profile wants transform jobs. */
  function open(): Platform {
    return harness.reopen({ jobs: { predict: 'transform' } });
  }

  /** A published data set with a file for each number of rows. */
  async function publishRows(name: string, files: readonly number[]): Promise<DatasetRef> {
    const { storage } = harness;
    const uri = layout.stage(storage, 'etl', name);
    const listed = [];
    let columns: readonly Column[] = [];
    let first = 0;
    for (const [index, rows] of files.entries()) {
      const local = join(folder, `${name}.parquet`);
      writeParquet(local, employees(first, rows));
      first += rows;
      const path = `part-${String(index).padStart(5, '0')}.parquet`;
      const copied = await storage.copyIn(local, `${uri}/${path}`);
      expect(copied.bytes).toBe(statSync(local).size);
      listed.push({ path, ...copied, rows });
      const footer = await readFooter(await storage.open(`${uri}/${path}`));
      if (footer.kind === 'footer') columns = parquetColumns(footer.metadata);
    }
    const manifest = manifestOf({ kind: 'dataset', dataset: name, files: listed, rows: first, schema: [...columns] });
    const by = { stage: 'etl', stageKey: name, workflowId: 'w', runId: 'r', jobKey: 'j', inputs: {} };
    await writeSnapshot(storage, uri, { manifest, provenance: { ...by, publishedAt: '2026-01-01T00:00:00.000Z' } });
    return findDataset(storage, uri);
  }

  /** The stage `predict` over a data set. */
  async function predictJob(
    name: string,
    dataset: DatasetRef,
    change: { readonly memoryBytes?: number; readonly settings?: JobSpec['settings']; readonly csv?: boolean } = {},
  ): Promise<JobSpec> {
    const { storage } = harness;
    const key = `test/predict-${name}-a1`;
    const spec: JobSpec = {
      ...{ key, stage: 'predict', engine: 'python', entry: 'jobs/python/predict.py' },
      jobDirUri: layout.work(storage, key),
      resources: { memoryBytes: change.memoryBytes ?? 16 * GIB, cpus: 4, diskBytes: GIB },
      settings: change.settings ?? { concurrency: 1, threads: 2, batchRows: 250_000 },
    };
    const job: JobFile = {
      ...{ version: 1, jobKey: key, stage: 'predict', params: { csv: change.csv ?? false } },
      inputs: { model, dataset },
      output: `${spec.jobDirUri}/${JOB_FILES.output}`,
      scratch: layout.scratch(storage, 'predict', name),
      ...{ resources: spec.resources, settings: spec.settings, salvage: 'chunks' },
    };
    await storage.write(`${spec.jobDirUri}/${JOB_FILES.spec}`, JSON.stringify(job));
    return spec;
  }

  async function resultOf({ jobDirUri }: JobSpec): Promise<JobResult> {
    const result = await findJson(harness.storage, `${jobDirUri}/${JOB_FILES.result}`, JobResult);
    if (!result) throw new Error(`${jobDirUri} has no result`);
    return result;
  }

  /** Every row that a job predicted, in its order. */
  async function predicted(job: JobSpec): Promise<readonly unknown[]> {
    const { outputs } = await resultOf(job);
    const rows = [];
    for (const { path } of outputs['predictions']?.files ?? []) {
      const file = await harness.storage.open(`${job.jobDirUri}/output/predictions/${path}`);
      rows.push(...(await parquetReadObjects({ file, compressors })));
    }
    return rows;
  }

  /** Models of SageMaker and jobs that were made for a job of ours. */
  async function madeFor(
    job: JobSpec,
  ): Promise<{ readonly models: number; readonly jobs: number; readonly starts: number }> {
    const name = jobName(job.stage, job.key);
    const { Models = [] } = await client.send(new ListModelsCommand({ NameContains: name }));
    const jobs = (await harness.aws.jobs()).filter((each) => each.name === name);
    return { models: Models.length, jobs: jobs.length, starts: jobs.reduce((sum, { starts }) => sum + starts, 0) };
  }

  test('are those of the Python job, row for row, made once though every answer is lost, and leave no model', async () => {
    for (const operation of ['CreateModel', 'CreateTransformJob']) {
      await harness.aws.fail({ service: 'sagemaker', operation, kind: 'lost-response' });
    }
    const job = await predictJob('once', few);
    const handle = await transform.submit(job);
    expect(handle.id).toBe(`transform-job/${jobName(job.stage, job.key)}`);
    await expect(open().submit(job)).resolves.toEqual(handle);
    await expect(untilOver(open(), handle)).resolves.toMatchObject({ kind: 'exited' });
    await expect(madeFor(job)).resolves.toEqual({ models: 0, jobs: 1, starts: 1 });

    const other = await predictJob('python', few, { memoryBytes: 32 * GIB });
    await expect(untilOver(harness.platform, await harness.platform.submit(other))).resolves.toMatchObject({
      kind: 'exited',
    });
    const rows = await predicted(job);
    expect(rows).toHaveLength(5_001);
    expect(rows).toEqual(await predicted(other));

    const [result, expected] = [await resultOf(job), await resultOf(other)];
    expect(result).toMatchObject({ rowsIn: 5_001, rowsOut: 5_001, rowsRejected: 0 });
    expect(result.outputs['predictions']).toMatchObject({ schema: schemaOf(expected) });
    const outputUri = `${job.jobDirUri}/${JOB_FILES.output}`;
    await checkOutputs({ storage: harness.storage, outputUri, result, stored: new Set() });
    const left = (await harness.storage.list(job.jobDirUri)).map(({ name }) => name);
    expect(left.toSorted()).toEqual([
      '_claim-1.json',
      '_result.json',
      '_submitted.json',
      '_transform-inputs.json',
      'job.json',
      'output',
    ]);
    await expect(open().poll(handle)).resolves.toMatchObject({ kind: 'exited' });
  });

  test('that the kernel kills for memory have run out of it, and the next instance type has room', async () => {
    const small = await predictJob('hungry', many, { settings: ALL_AT_ONCE });
    const failed = await untilOver(transform, await transform.submit(small));
    expect(failed).toMatchObject({
      kind: 'failed',
      evidence: { engine: 'sagemaker', reason: expect.stringContaining('instance type with more memory') as unknown },
    });
    expect(verdictOf(failed)).toBe('out-of-memory');
    await expect(madeFor(small)).resolves.toMatchObject({ models: 0 });
    const next = transform.sizes?.find(({ memoryBytes }) => memoryBytes > small.resources.memoryBytes);
    const large = await predictJob('fed', many, { settings: ALL_AT_ONCE, memoryBytes: next?.memoryBytes ?? 0 });
    await expect(untilOver(transform, await transform.submit(large))).resolves.toMatchObject({ kind: 'exited' });
    await expect(resultOf(large)).resolves.toMatchObject({ rowsOut: MANY_ROWS });
    const name = jobName(large.stage, large.key);
    const { TransformResources } = await client.send(new DescribeTransformJobCommand({ TransformJobName: name }));
    expect(TransformResources?.InstanceType).toBe('ml.m6i.2xlarge');
  });

  test('that are stopped leave nothing, whether they work already or not', async () => {
    const early = await predictJob('early', few);
    const handle = await transform.submit(early);
    await open().stop(handle, 'cancel');
    await expect(transform.poll(handle)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
    await expect(madeFor(early)).resolves.toMatchObject({ models: 0, jobs: 1 });

    // So few rows at a time take a minute.
    const busy = await predictJob('busy', many, { settings: { ...ALL_AT_ONCE, batchRows: 100 } });
    const running = await transform.submit(busy);
    await eventually(async () => {
      const state = await transform.poll(running);
      return state.kind === 'running' && state.progress?.message === 'predicted 0 of 1 files';
    }, PATIENCE);
    await transform.stop(running, 'timeout');
    await expect(transform.poll(running)).resolves.toMatchObject({ evidence: { stopRequested: 'timeout' } });
    await expect(madeFor(busy)).resolves.toMatchObject({ models: 0, jobs: 1 });
    const left = (await harness.aws.jobs()).filter(({ state }) => state === 'InProgress' || state === 'Stopping');
    expect(left).toEqual([]);
  });

  test('without a machine are no memory failure, and a quota of zero ends the attempt by its own word', async () => {
    await harness.aws.fail({ service: 'sagemaker', operation: 'CreateTransformJob', kind: 'capacity' });
    const job = await predictJob('nowhere', few);
    expect(verdictOf(await untilOver(transform, await transform.submit(job)))).toBe('capacity');
    await expect(madeFor(job)).resolves.toMatchObject({ models: 0, starts: 0 });
    await harness.aws.fail({ service: 'sagemaker', operation: 'CreateTransformJob', kind: 'quota' });
    const poor = await predictJob('poor', few);
    expect(verdictOf(await untilOver(transform, await transform.submit(poor)))).toBe('capacity');
    await expect(madeFor(poor)).resolves.toEqual({ models: 0, jobs: 0, starts: 0 });
  });

  test('with a CSV beside them are refused before anything is made', async () => {
    const job = await predictJob('csv', few, { csv: true });
    await expect(transform.submit(job)).rejects.toMatchObject({ code: 'WRONG_INPUT', details: { field: 'csv' } });
    await expect(madeFor(job)).resolves.toEqual({ models: 0, jobs: 0, starts: 0 });
  });
});

function employees(first: number, rows: number): string {
  return [
    `r = range(${String(first)}, ${String(first + rows)})`,
    'names = pa.array([f"Name {i % 7}" for i in r])',
    'ages = pa.array([18 + i % 63 for i in r])',
    'table = pa.table({"id": pa.array(r), "full_name": names, "age": ages,',
    '    "is_active": pa.array([i % 3 == 0 for i in r]), "tenure_days": pa.array([i * 7 % 3650 for i in r])})',
  ].join('\n');
}

function schemaOf({ outputs }: JobResult): unknown {
  const { predictions } = outputs;
  return predictions?.kind === 'dataset' ? predictions.schema : undefined;
}

function verdictOf(state: JobState): string {
  return state.kind === 'failed' ? classify(state.evidence).kind : state.kind;
}

function untilOver(platform: Platform, handle: JobHandle): Promise<JobState> {
  return eventually(async () => {
    const state = await platform.poll(handle);
    return state.kind !== 'queued' && state.kind !== 'running' && state;
  }, PATIENCE);
}
