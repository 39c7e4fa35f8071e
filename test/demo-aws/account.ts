import {
  CreateApplicationCommand,
  EMRServerlessClient,
  GetApplicationCommand,
  GetJobRunCommand,
} from '@aws-sdk/client-emr-serverless';
import {
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { JobHandle } from '../../contracts/job-handle.js';
import { clientSettings } from '../../platforms/aws/client-settings.js';
import { eventually } from '../harness/eventually.js';
import type { FakeAws } from '../harness/fake-aws.js';

/** A Spark application is created within seconds there, and here much sooner. */
const CREATED_WITHIN_MS = 30_000;

/** A job as its service tells of it. */
export interface ServiceJob {
  /** Its name or id there, as `training-job/tempered-train-0123`. */
  readonly id: string;
  /** The type of its instance; null where workers are sold by size. */
  readonly instanceType: string | null;
  readonly state: string;
  /** The service's own words for its end. */
  readonly reason: string | null;
}

/** The demo's AWS account as somebody sees it who looks at it by the SDK, and not by the product. */
export class Account {
  readonly #emrServerless: EMRServerlessClient;
  readonly #sagemaker: SageMakerClient;

  constructor(aws: FakeAws) {
    const settings = { ...clientSettings(aws), ...aws.client };
    this.#emrServerless = new EMRServerlessClient(settings);
    this.#sagemaker = new SageMakerClient(settings);
  }

  /** Makes a Spark application that starts by itself with the first job. @returns its id, once it takes jobs */
  async createApplication(): Promise<string> {
    const { applicationId = '' } = await this.#emrServerless.send(
      new CreateApplicationCommand({
        name: 'tempered',
        releaseLabel: 'emr-7.13.0',
        type: 'Spark',
        clientToken: 'tempered-demo',
      }),
    );
    await eventually(
      async () => {
        const { application } = await this.#emrServerless.send(new GetApplicationCommand({ applicationId }));
        return application?.state === 'CREATED';
      },
      { withinMs: CREATED_WITHIN_MS },
    );
    return applicationId;
  }

  /** @throws RangeError for a platform that the demo does not use */
  describe({ platform, id }: JobHandle, applicationId: string): Promise<ServiceJob> {
    const [kind = '', name = ''] = id.split('/');
    if (platform === 'emr-serverless') return this.#jobRun(applicationId, id);
    if (kind === 'training-job') return this.#trainingJob(name);
    if (kind === 'processing-job') return this.#processingJob(name);
    throw new RangeError(`the demo runs nothing as ${platform} ${id}`);
  }

  /** Everything that would be billed, or in the way, when the run is over. */
  async leftovers(): Promise<readonly string[]> {
    const { Endpoints = [] } = await this.#sagemaker.send(new ListEndpointsCommand({}));
    const { EndpointConfigs = [] } = await this.#sagemaker.send(new ListEndpointConfigsCommand({}));
    const { Models = [] } = await this.#sagemaker.send(new ListModelsCommand({}));
    return [
      ...Endpoints.map(({ EndpointName = '' }) => `endpoint ${EndpointName}`),
      ...EndpointConfigs.map(({ EndpointConfigName = '' }) => `endpoint configuration ${EndpointConfigName}`),
      ...Models.map(({ ModelName = '' }) => `model ${ModelName}`),
    ];
  }

  /** Lets go of the connections. */
  close(): void {
    this.#emrServerless.destroy();
    this.#sagemaker.destroy();
  }

  async #jobRun(applicationId: string, jobRunId: string): Promise<ServiceJob> {
    const { jobRun } = await this.#emrServerless.send(new GetJobRunCommand({ applicationId, jobRunId }));
    const { state = '', stateDetails = '' } = jobRun ?? {};
    const reason = state === 'SUCCESS' || stateDetails === '' ? null : stateDetails;
    return { id: `job-run/${jobRunId}`, instanceType: null, state, reason };
  }

  async #trainingJob(name: string): Promise<ServiceJob> {
    const job = await this.#sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return {
      id: `training-job/${name}`,
      instanceType: job.ResourceConfig?.InstanceType ?? null,
      state: job.TrainingJobStatus ?? '',
      reason: job.FailureReason ?? null,
    };
  }

  async #processingJob(name: string): Promise<ServiceJob> {
    const job = await this.#sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
    return {
      id: `processing-job/${name}`,
      instanceType: job.ProcessingResources?.ClusterConfig?.InstanceType ?? null,
      state: job.ProcessingJobStatus ?? '',
      reason: job.FailureReason ?? null,
    };
  }
}
