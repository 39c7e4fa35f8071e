import type { ServiceState } from '../aws/remote-service.js';
import { processingRequest, trainingRequest, type JobPlan } from './job-request.js';
import { processingState, trainingState } from './job-state.js';
import type { SageMaker } from './sagemaker-client.js';

/** A job as its kind describes it. */
export interface DescribedJob {
  readonly state: ServiceState;
  /** Of its containers. */
  readonly environment: Readonly<Record<string, string>> | undefined;
}

/** The calls for one kind of job. They throw the SDK's own errors. */
export interface JobCalls {
  /** Where the logs of such jobs are. */
  readonly logGroup: string;
  create(sagemaker: SageMaker, plan: JobPlan): Promise<unknown>;
  describe(sagemaker: SageMaker, name: string): Promise<DescribedJob>;
  stop(sagemaker: SageMaker, name: string): Promise<unknown>;
  /** Does what the service leaves undone of a job that is over, and removes what only the job needed; again is the same. */
  conclude(sagemaker: SageMaker, name: string, key: string): Promise<void>;
}

/** Training jobs. */
export const TRAINING: JobCalls = {
  logGroup: '/aws/sagemaker/TrainingJobs',
  create: ({ sdk, client }, plan) => client.send(new sdk.CreateTrainingJobCommand(trainingRequest(plan))),
  describe: async ({ sdk, client }, name) => {
    const job = await client.send(new sdk.DescribeTrainingJobCommand({ TrainingJobName: name }));
    return { state: trainingState(job), environment: job.Environment };
  },
  stop: ({ sdk, client }, name) => client.send(new sdk.StopTrainingJobCommand({ TrainingJobName: name })),
  conclude: () => Promise.resolve(),
};

/** Processing jobs. */
export const PROCESSING: JobCalls = {
  logGroup: '/aws/sagemaker/ProcessingJobs',
  create: ({ sdk, client }, plan) => client.send(new sdk.CreateProcessingJobCommand(processingRequest(plan))),
  describe: async ({ sdk, client }, name) => {
    const job = await client.send(new sdk.DescribeProcessingJobCommand({ ProcessingJobName: name }));
    return { state: processingState(job), environment: job.Environment };
  },
  stop: ({ sdk, client }, name) => client.send(new sdk.StopProcessingJobCommand({ ProcessingJobName: name })),
  conclude: () => Promise.resolve(),
};
