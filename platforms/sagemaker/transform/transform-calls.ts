import type { DescribeTransformJobResponse } from '@aws-sdk/client-sagemaker';
import { TemperedError } from '../../../contracts/failure.js';
import type { JobFile, Progress } from '../../../contracts/job.js';
import { dataFiles } from '../../../storage/data-files.js';
import { layout } from '../../../storage/layout.js';
import type { Storage } from '../../../storage/storage.js';
import { type AwsFault, faultOf } from '../../aws/aws-fault.js';
import { RemoteJobFolder } from '../../remote/remote-job-folder.js';
import { ifNew, ifThere } from '../../aws/tolerate.js';
import type { JobCalls } from '../job-calls.js';
import { transformState } from '../job-state.js';
import type { JobPlan } from '../job-request.js';
import { MODEL_MARK } from '../model-container.js';
import type { SageMaker } from '../sagemaker-client.js';
import { packModel } from './model-archive.js';
import { planTransform } from './transform-plan.js';
import { inputList, transformModelRequest, transformPlaces, transformRequest } from './transform-request.js';
import { writeResult } from './transform-result.js';

/** What ends an attempt, or the run. */
const REFUSED: readonly AwsFault[] = ['denied', 'absent', 'invalid', 'capacity'];

/**
 * Transform jobs: a model of the job's own, which is made before it and removed after it, is asked about each file of a data set.
 * @param storage holds the job's folder, the stored model and the data set
 */
export function transformCalls(storage: Storage): JobCalls {
  return {
    logGroup: '/aws/sagemaker/TransformJobs',
    create: (aws, plan) => create(storage, aws, plan),
    describe: async ({ sdk, client }, name) => {
      const job = await client.send(new sdk.DescribeTransformJobCommand({ TransformJobName: name }));
      const state = transformState(job);
      const progress = state.kind === 'running' ? await progressOf(storage, job) : null;
      return {
        state: state.kind === 'running' && progress ? { ...state, progress } : state,
        environment: job.Environment,
      };
    },
    stop: ({ sdk, client }, name) => client.send(new sdk.StopTransformJobCommand({ TransformJobName: name })),
    conclude: (aws, name, key) => conclude(storage, aws, { name, key }),
  };
}

async function create(storage: Storage, { sdk, client }: SageMaker, plan: JobPlan): Promise<void> {
  const { spec, name } = plan.job;
  const transform = await planTransform(storage, await loadJob(storage, spec.key));
  const places = transformPlaces(spec.jobDirUri);
  await packModel({ storage, model: transform.model, archiveUri: places.archive, alive: plan.job.alive });
  await storage.write(places.inputs, inputList(transform));
  const isNew = await ifNew(() => client.send(new sdk.CreateModelCommand(transformModelRequest(plan, transform))));
  if (!isNew) {
    const { PrimaryContainer } = await client.send(new sdk.DescribeModelCommand({ ModelName: name }));
    if (PrimaryContainer?.Environment?.[MODEL_MARK] !== transform.model.sha256) {
      throw new TemperedError('WRONG_INPUT', `the name ${name} is taken by a model that is not ours`, {
        advice: 'start the run under another id',
      });
    }
  }
  try {
    await client.send(new sdk.CreateTransformJobCommand(transformRequest(plan, transform)));
  } catch (error) {
    if (REFUSED.includes(faultOf(error))) await removeModel({ sdk, client }, name); // nobody will come back for it
    throw error;
  }
}

async function removeModel({ sdk, client }: SageMaker, name: string): Promise<void> {
  await ifThere(() => client.send(new sdk.DeleteModelCommand({ ModelName: name })));
}

async function conclude(
  storage: Storage,
  { sdk, client }: SageMaker,
  { name, key }: { readonly name: string; readonly key: string },
): Promise<void> {
  const jobDirUri = layout.work(storage, key);
  const job = await client.send(new sdk.DescribeTransformJobCommand({ TransformJobName: name }));
  if (job.TransformJobStatus === 'Completed') {
    const endedAt = job.TransformEndTime ?? new Date();
    const startedAt = job.TransformStartTime ?? endedAt;
    await writeResult(storage, { job: await loadJob(storage, key), jobDirUri, startedAt, endedAt });
  }
  const { archive, answers } = transformPlaces(jobDirUri);
  await storage.remove(answers);
  await storage.remove(archive);
  await removeModel({ sdk, client }, name);
}

/** The service tells nothing of a job that runs, but each file's answer is there once it is whole. */
async function progressOf(
  storage: Storage,
  { TransformInput, TransformOutput }: Partial<DescribeTransformJobResponse>,
): Promise<Progress | null> {
  const inputs = TransformInput?.DataSource?.S3DataSource?.S3Uri;
  const answers = TransformOutput?.S3OutputPath;
  if (inputs === undefined || answers === undefined) return null;
  const listed: unknown = JSON.parse(new TextDecoder().decode(await storage.read(inputs)));
  if (!Array.isArray(listed)) return null;
  const total = listed.length - 1; // the first one is the folder
  const done = (await dataFiles(storage, answers)).length;
  return {
    percent: total === 0 ? null : (100 * done) / total,
    ...{ done, total, unit: 'files', rssBytes: 0, trackingUrl: null },
    message: `predicted ${String(done)} of ${String(total)} files`,
  };
}

async function loadJob(storage: Storage, key: string): Promise<JobFile> {
  const folder = new RemoteJobFolder(storage, key);
  const job = await folder.findJob();
  if (job) return job;
  throw new TemperedError('STORAGE_UNAVAILABLE', `${folder.jobUri} is not there, or is no job`);
}
