import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { JobsContext } from '../../activities/context.js';
import { mirrorChampion } from '../../activities/mirror-champion.js';
import { promote } from '../../activities/promote.js';
import type { StageRequest } from '../../activities/plan-stage.js';
import { PIPELINES } from '../../contracts/pipelines/index.js';
import type { ModelRef } from '../../contracts/refs.js';
import { JOBS_QUEUE, ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import { CHAMPION, findAlias, moveAlias } from '../../models/model-alias.js';
import { promote as promoteCommand, rollback as rollbackCommand } from '../../scripts/commands/models.js';
import { openEndpointHosts, openModelMirror } from '../../serving/index.js';
import { projectRoot } from '../../settings/home.js';
import { loadPrices } from '../../settings/prices.js';
import { parseProfile } from '../../settings/profile.js';
import { buildWorkflowBundle } from '../../workers/bundle.js';
import { FAILURE_INTERCEPTOR } from '../../workers/failure-interceptor.js';
import { type SageMakerHarness, withSageMaker } from '../contracts/sagemaker-harness.js';
import { storeSampleModel } from '../harness/sample-model.js';
import { startServer } from '../harness/server.js';

const GROUP = 'tempered-salary';

describe('a model package group that mirrors the model registry', () => {
  let harness: SageMakerHarness;
  let client: SageMakerClient;
  let [first, second]: ModelRef[] = [];
  let close = (): void => undefined;
  let closed: Promise<unknown> = Promise.resolve();
  beforeAll(async () => {
    const released = new Promise<void>((resolve) => {
      close = resolve;
    });
    harness = await new Promise<SageMakerHarness>((opened, failed) => {
      closed = withSageMaker({}, (each) => {
        opened(each);
        return released;
      }).catch(failed);
    });
    client = new SageMakerClient(harness.aws.client);
    first = await storeSampleModel(harness.storage, 7, { measured: true });
    second = await storeSampleModel(harness.storage, 9);
  }, 240_000);
  afterAll(async () => {
    close();
    await closed;
  });

  /** What a worker has that starts anew, under a profile with this group. */
  function open(modelPackageGroup: string | undefined = 'tempered-{model}'): JobsContext {
    const { storage, awsProfile, profile, platform } = harness;
    const parsed = parseProfile(
      {
        storage: { root: storage.root },
        aws: { region: awsProfile.region },
        sagemaker: { role: profile.role, image: profile.image, ...(modelPackageGroup && { modelPackageGroup }) },
      },
      'test',
    );
    return {
      projectRoot,
      pipelines: PIPELINES,
      platforms: { sagemaker: platform },
      offerOn: () => platform,
      profile: {
        ...{ profile: parsed, path: null, pricesPath: null, storageRootUri: storage.root },
        ...{ inputFolders: [], pipelineFiles: [] },
      },
      storage,
      prices: loadPrices(null),
      endpointHosts: openEndpointHosts(parsed, storage),
      modelMirror: openModelMirror(parsed),
    };
  }

  async function makeChampion(model: ModelRef | undefined): Promise<void> {
    if (!model) throw new Error('no model was stored');
    const at = new Date().toISOString();
    await moveAlias(harness.storage, { name: model.name, alias: CHAMPION, sha256: model.sha256, by: 'a test', at });
  }

  /** Version and approval of everything in a group, oldest first. */
  async function versionsIn(group: string): Promise<readonly (readonly [number | undefined, string | undefined])[]> {
    const { ModelPackageSummaryList = [] } = await client.send(
      new ListModelPackagesCommand({ ModelPackageGroupName: group, SortOrder: 'Ascending' }),
    );
    return ModelPackageSummaryList.map((each) => [each.ModelPackageVersion, each.ModelApprovalStatus] as const);
  }

  test('has the champion once, though every answer is lost and two workers register it, with what it is made of', async () => {
    await makeChampion(first);
    for (const operation of ['CreateModelPackageGroup', 'CreateModelPackage']) {
      await harness.aws.fail({ service: 'sagemaker', operation, kind: 'lost-response' });
    }
    const [shown, again] = await Promise.all([mirrorChampion(open())('salary'), mirrorChampion(open())('salary')]);
    expect(again).toEqual(shown);
    await expect(mirrorChampion(open())('salary')).resolves.toEqual(shown);
    await expect(versionsIn(GROUP)).resolves.toEqual([[1, 'Approved']]);
    const found = await client.send(new DescribeModelPackageCommand({ ModelPackageName: shown.name }));
    expect(found.InferenceSpecification?.Containers).toMatchObject([
      {
        Image: harness.profile.image,
        ModelDataSource: { S3DataSource: { S3Uri: `${first?.uri ?? ''}/`, CompressionType: 'None' } },
      },
    ]);
    expect(found.ModelMetrics?.ModelQuality?.Statistics?.S3Uri).toBe(`${first?.uri ?? ''}/model.json`);
    expect(found.CustomerMetadataProperties).toMatchObject({
      temperedModel: 'salary',
      temperedVersion: first?.sha256,
      temperedCandidate: first?.candidateSha256,
      rmse: '5',
      bias: '1e-7',
    });
  });

  test('shows the next champion, rejects the last one, and turns both round when it is rolled back', async () => {
    await makeChampion(first);
    await mirrorChampion(open())('salary');
    await makeChampion(second);
    await mirrorChampion(open())('salary');
    await expect(versionsIn(GROUP)).resolves.toEqual([
      [1, 'Rejected'],
      [2, 'Approved'],
    ]);
    await makeChampion(first);
    await mirrorChampion(open())('salary');
    await expect(versionsIn(GROUP)).resolves.toEqual([
      [1, 'Approved'],
      [2, 'Rejected'],
    ]);
  });

  test('follows what a person promotes and rolls back, and a command that it could not follow says so and catches up', async () => {
    const { storage, awsProfile, profile, aws } = harness;
    const folder = await mkdtemp(join(tmpdir(), 'tempered-by-hand-'));
    const group = 'by-hand';
    const sagemaker = { role: profile.role, image: profile.image, modelPackageGroup: group };
    const settings = { storage: { root: storage.root }, aws: { region: awsProfile.region }, sagemaker };
    process.env['TEMPERED_PROFILE'] = join(folder, 'tempered.json');
    try {
      await writeFile(process.env['TEMPERED_PROFILE'], JSON.stringify(settings));
      await makeChampion(first);
      await expect(rollbackCommand('pay')).rejects.toThrow('there is no model "pay"; there is: salary');
      await expect(promoteCommand('salary', second?.sha256.slice(0, 8))).resolves.toMatchObject({
        document: { from: first?.sha256, champion: second?.sha256, mirror: { kind: 'mirrored', group } },
        exitCode: 0,
      });
      await aws.fail({
        service: 'sagemaker',
        operation: 'CreateModelPackage',
        error: 'AccessDeniedException',
        message: 'no',
      });
      const missed = await promoteCommand('salary', first?.sha256);
      expect(missed).toMatchObject({ document: { kind: 'moved', mirror: { kind: 'failed' } }, exitCode: 3 });
      expect(missed.text).toContain(
        'mirror does not show it: cannot register salary in the model package group by-hand',
      );
      await expect(promoteCommand('salary', first?.sha256)).resolves.toMatchObject({
        document: { kind: 'unchanged', mirror: { kind: 'mirrored' } },
        exitCode: 0,
      });
      await expect(versionsIn(group)).resolves.toEqual([
        [1, 'Rejected'],
        [2, 'Approved'],
      ]);
    } finally {
      delete process.env['TEMPERED_PROFILE'];
      await rm(folder, { recursive: true });
    }
  });

  test('with another image in the profile it is still the same version', async () => {
    await makeChampion(first);
    const shown = await mirrorChampion(open())('salary');
    const { modelMirror: _other, ...context } = open();
    const profile = { ...context.profile.profile, sagemaker: { ...context.profile.profile.sagemaker } };
    const image = harness.profile.image.replace(':1', ':2');
    const changed = parseProfile(
      JSON.parse(JSON.stringify({ ...profile, sagemaker: { ...profile.sagemaker, image } })),
      'test',
    );
    await expect(mirrorChampion({ ...context, modelMirror: openModelMirror(changed) })('salary')).resolves.toEqual(
      shown,
    );
  });

  test("keeps what others have approved there, also under our words, and takes any group's name", async () => {
    const group = 'shared-models';
    await makeChampion(second);
    await mirrorChampion(open(group))('salary');
    const theirs = [
      { ModelPackageDescription: 'made by hand' },
      { ModelPackageDescription: `Tempered model salary, version ${first?.sha256 ?? ''}` },
    ];
    for (const each of theirs) {
      await client.send(
        new CreateModelPackageCommand({ ModelPackageGroupName: group, ModelApprovalStatus: 'Approved', ...each }),
      );
    }
    await makeChampion(first);
    await mirrorChampion(open(group))('salary');
    await expect(versionsIn(group)).resolves.toEqual([
      [1, 'Rejected'],
      [2, 'Approved'],
      [3, 'Approved'],
      [4, 'Approved'],
    ]);
  });

  test.each([
    {
      given: 'a right that is missing',
      fault: {
        operation: 'CreateModelPackage',
        error: 'AccessDeniedException',
        message: 'not authorized to perform: sagemaker:CreateModelPackage',
      },
      then: { code: 'WRONG_INPUT', details: { field: 'sagemaker.modelPackageGroup' } },
    },
    {
      given: 'a quota that is used up',
      fault: {
        operation: 'CreateModelPackageGroup',
        error: 'ResourceLimitExceeded',
        message: 'The account-level service limit is 0',
      },
      then: { code: 'PLATFORM_UNAVAILABLE', details: { advice: expect.stringContaining('quota') } },
    },
  ])('$given is said in the words of the service, and nothing is there', async ({ fault, then }) => {
    const group = `refused-${then.code.toLowerCase().replaceAll('_', '-')}`;
    await makeChampion(first);
    await harness.aws.fail({ service: 'sagemaker', ...fault });
    const error = await mirrorChampion(open(group))('salary').catch((caught: unknown) => caught);
    expect(error).toMatchObject(then);
    expect(error).toHaveProperty('message', expect.stringContaining(fault.message));
    await expect(versionsIn(group)).resolves.toEqual([]);
  });

  test('without a group in the profile nothing is asked, and one that cannot be a name is refused', async () => {
    const { modelMirror, ...context } = open('');
    expect(modelMirror).toBeNull();
    const run = { workflowId: 'w', runId: 'r' };
    await makeChampion(first);
    if (!first) throw new Error('no model');
    await expect(promote(context)({ model: first, comparedWith: first, run })).resolves.toEqual({ isMirrored: false });
    expect(() => open('-')).toThrow(/modelPackageGroup/);
  });

  test('that cannot be written leaves the promotion, and the same run once more catches up', async () => {
    const group = 'tempered-late';
    await makeChampion(second);
    const error = 'AccessDeniedException';
    await harness.aws.fail({
      service: 'sagemaker',
      operation: 'CreateModelPackage',
      error,
      message: 'no identity-based policy allows it',
    });
    await withSalaryRuns(open(group), [first, second], async (run) => {
      await expect(run('first')).resolves.toMatchObject({
        kind: 'promoted',
        mirror: { kind: 'failed', reason: expect.stringContaining('AccessDeniedException') as unknown },
        predictions: 'made',
      });
      await expect(findAlias(harness.storage, { name: 'salary', alias: CHAMPION })).resolves.toMatchObject({
        sha256: first?.sha256,
      });
      await expect(versionsIn(group)).resolves.toEqual([]);
      await expect(run('again')).resolves.toMatchObject({ kind: 'promoted', mirror: { kind: 'mirrored', group } });
      await expect(versionsIn(group)).resolves.toEqual([[1, 'Approved']]);
    });
    const { ModelPackageGroupSummaryList = [] } = await client.send(
      new ListModelPackageGroupsCommand({ NameContains: group }),
    );
    expect(ModelPackageGroupSummaryList).toHaveLength(1);
  });
});

/** Runs of `salary` whose stages are all cached; promotion and mirror are the real ones. The first model wins against the second. */
async function withSalaryRuns(
  context: JobsContext,
  [model, champion]: readonly (ModelRef | undefined)[],
  use: (run: (id: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tempered-mirror-'));
  const server = await startServer();
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  try {
    const codePath = join(folder, 'bundle.js');
    await buildWorkflowBundle(codePath);
    const common = { connection: native, namespace: server.namespace, interceptors: FAILURE_INTERCEPTOR };
    const orchestrator = await Worker.create({
      ...common,
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowBundle: { codePath },
      activities: { ...cachedStages(model), findChampion: () => Promise.resolve(champion), promote: promote(context) },
    });
    const activities = {
      judge: () => Promise.resolve({ passed: true, beatsBaseline: true, beatsChampion: true, reasons: [] }),
      mirrorChampion: mirrorChampion(context),
    };
    const jobs = await Worker.create({ ...common, taskQueue: JOBS_QUEUE, activities });
    const client = new Client({ connection, namespace: server.namespace });
    const run = (workflowId: string) =>
      client.workflow.execute('salary', { workflowId, taskQueue: ORCHESTRATOR_QUEUE, args: [{}] });
    await jobs.runUntil(orchestrator.runUntil(use(run)));
  } finally {
    await connection.close();
    await native.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function cachedStages(model: ModelRef | undefined) {
  const metrics = { mse: 1 };
  const outputs: Readonly<Record<string, unknown>> = {
    generate: { dataset: {}, noiseFloor: null },
    etl: { train: {}, holdout: {}, unseen: { rows: 1 }, firstRows: {} },
    tune: { candidate: { manifestSha256: 'a' } },
    evaluate: { candidate: metrics, baseline: { metrics }, champion: metrics, samplePredictions: [] },
    store: { model },
    predict: { predictions: 'made' },
  };
  return {
    parseInput: () => Promise.resolve({ raw: null, search: 'optuna', model: 'salary', dataDate: '2026-01-01' }),
    planStage: ({ stage }: StageRequest) => Promise.resolve({ kind: 'cached', output: outputs[stage], summary: null }),
  };
}
