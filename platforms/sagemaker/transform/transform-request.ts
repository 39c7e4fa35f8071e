import type { CreateModelInput, CreateTransformJobRequest } from '@aws-sdk/client-sagemaker';
import type { JobPlan } from '../job-request.js';
import { environmentOf, tagsOf, vpcOf } from '../job-request.js';
import { archiveContainer } from '../model-container.js';
import { concurrencyOf, type TransformPlan } from './transform-plan.js';

/** The type of a whole table, in requests and answers; known to `jobs/serve/table_inference.py`. */
const PARQUET = 'application/x-parquet';

/** The longest that the service waits for an answer. @see InvocationsTimeoutInSeconds */
const ANSWER_WITHIN_SECONDS = 3600;

/** Where a transform job's own files lie, inside of the job's folder. */
export const transformPlaces = (jobDirUri: string) => ({
  /** The packed model. */
  archive: `${jobDirUri}/_model.tar.gz`,
  /** The list of the data set's files. */
  inputs: `${jobDirUri}/_transform-inputs.json`,
  /** What the service writes; never the job's output, which names files as we do. */
  answers: `${jobDirUri}/_transform`,
});

/** What the service calls the answer to a file. */
export const answerTo = (path: string): string => `${path}.out`;

/** The data set's files and nothing else that lies in its folder, in the service's form. */
export function inputList({ dataset, files }: TransformPlan): string {
  return JSON.stringify([{ prefix: `${dataset.uri.replace(/\/+$/, '')}/` }, ...files.map(({ path }) => path)]);
}

/** The model of one attempt, under the job's name. */
export function transformModelRequest({ job, aws, profile }: JobPlan, { model }: TransformPlan): CreateModelInput {
  return {
    ModelName: job.name,
    ExecutionRoleArn: profile.role,
    PrimaryContainer: archiveContainer(model, transformPlaces(job.spec.jobDirUri).archive, profile),
    Tags: tagsOf(aws, { 'tempered:job': job.name }),
    ...(profile.subnets.length > 0 && { VpcConfig: vpcOf(profile) }),
  };
}

/** A transform job that asks that model about each file on one machine. */
export function transformRequest({ job, type, aws }: JobPlan, plan: TransformPlan): CreateTransformJobRequest {
  const { jobDirUri, settings } = job.spec;
  const places = transformPlaces(jobDirUri);
  type Resources = NonNullable<CreateTransformJobRequest['TransformResources']>;
  return {
    TransformJobName: job.name,
    ModelName: job.name,
    MaxConcurrentTransforms: concurrencyOf(plan, Number(settings['concurrency'] ?? 1)),
    MaxPayloadInMB: plan.payloadMib,
    ModelClientConfig: { InvocationsTimeoutInSeconds: ANSWER_WITHIN_SECONDS, InvocationsMaxRetries: 1 },
    Environment: {
      ...environmentOf(job),
      TEMPERED_BATCH_ROWS: String(settings['batchRows'] ?? 250_000),
      TEMPERED_THREADS: String(settings['threads'] ?? 1),
    },
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'ManifestFile', S3Uri: places.inputs } },
      ContentType: PARQUET,
      SplitType: 'None',
    },
    TransformOutput: { S3OutputPath: places.answers, Accept: PARQUET, AssembleWith: 'None' },
    TransformResources: { InstanceType: type.name as Resources['InstanceType'], InstanceCount: 1 },
    Tags: tagsOf(aws, { 'tempered:job': job.name }),
  };
}
