import type { CreateProcessingJobRequest, CreateTrainingJobRequest, Tag } from '@aws-sdk/client-sagemaker';
import { TemperedError } from '../../contracts/failure.js';
import type { InstanceType } from '../../contracts/instance-types.js';
import type { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import { bootstrapArguments } from '../aws/bootstrap.js';
import { clientToken } from '../aws/job-name.js';
import type { RemoteJob } from '../aws/remote-service.js';
import { volumeGib } from './sizes.js';

/** Kinds of jobs, as they stand in ARNs. */
export const KINDS = ['training-job', 'processing-job', 'transform-job'] as const;
export type JobKind = (typeof KINDS)[number];

/** Machines of a job: Ray makes a cluster of those of a training job, the others have one. */
export function hostsOf({ rayHosts }: SageMakerProfile, kind: JobKind): number {
  return kind === 'training-job' ? rayHosts : 1;
}

/** In a job's environment: the hash of its key. A job of that name without it is somebody else's. */
export const OWN_MARK = 'TEMPERED_JOB';

/** Longest argument of a container. @see TrainingContainerArgument, ContainerArgument */
const LONGEST_ARGUMENT = 256;

/** What a job's request is made from. */
export interface JobPlan {
  readonly job: RemoteJob;
  readonly type: InstanceType;
  readonly aws: AwsProfile;
  readonly profile: SageMakerProfile;
}

/** A training job that runs the bootstrap on each of the profile's hosts. */
export function trainingRequest({ job, type, aws, profile }: JobPlan): CreateTrainingJobRequest {
  const channel = 'tempered';
  return {
    TrainingJobName: job.name,
    RoleArn: profile.role,
    AlgorithmSpecification: {
      TrainingImage: profile.image,
      TrainingInputMode: 'File',
      ...program(job, `/opt/ml/input/data/${channel}`, '/opt/ml/work'),
    },
    InputDataConfig: [
      {
        ChannelName: channel,
        DataSource: {
          S3DataSource: {
            S3DataType: 'S3Prefix',
            S3Uri: bootstrapFolder(job),
            S3DataDistributionType: 'FullyReplicated',
          },
        },
      },
    ],
    // Nothing is written there: the job itself sends what it leaves, finished work of a search while it goes on.
    OutputDataConfig: { S3OutputPath: `${job.spec.jobDirUri}/_sagemaker` },
    ResourceConfig: {
      InstanceType: type.name as NonNullable<CreateTrainingJobRequest['ResourceConfig']>['InstanceType'],
      InstanceCount: hostsOf(profile, 'training-job'),
      VolumeSizeInGB: volumeGib(job.spec.resources),
    },
    StoppingCondition: { MaxRuntimeInSeconds: profile.timeoutMinutes * 60 },
    Environment: environmentOf(job),
    Tags: tagsOf(aws, { 'tempered:job': job.name }),
    ...(profile.subnets.length > 0 && { VpcConfig: vpcOf(profile) }),
  };
}

/** A processing job that runs the bootstrap on one machine. */
export function processingRequest({ job, type, aws, profile }: JobPlan): CreateProcessingJobRequest {
  const folder = '/opt/ml/processing/input/tempered';
  return {
    ProcessingJobName: job.name,
    RoleArn: profile.role,
    AppSpecification: { ImageUri: profile.image, ...program(job, folder, '/opt/ml/processing/work') },
    ProcessingInputs: [
      {
        InputName: 'tempered',
        S3Input: { S3Uri: bootstrapFolder(job), LocalPath: folder, S3DataType: 'S3Prefix', S3InputMode: 'File' },
      },
    ],
    ProcessingResources: {
      ClusterConfig: {
        InstanceType: type.name as NonNullable<
          NonNullable<CreateProcessingJobRequest['ProcessingResources']>['ClusterConfig']
        >['InstanceType'],
        InstanceCount: 1,
        VolumeSizeInGB: volumeGib(job.spec.resources),
      },
    },
    StoppingCondition: { MaxRuntimeInSeconds: Math.min(profile.timeoutMinutes * 60, LONGEST_PROCESSING_SECONDS) },
    Environment: environmentOf(job),
    Tags: tagsOf(aws, { 'tempered:job': job.name }),
    ...(profile.subnets.length > 0 && { NetworkConfig: { VpcConfig: vpcOf(profile) } }),
  };
}

/** Nine days. @see ProcessingMaxRuntimeInSeconds */
const LONGEST_PROCESSING_SECONDS = 777_600;

/** Tags of everything that we make: the profile's and our own. */
export function tagsOf({ tags }: AwsProfile, own: Readonly<Record<string, string>>): Tag[] {
  return Object.entries({ ...tags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}

/** The network of jobs and endpoints. */
export function vpcOf({ subnets, securityGroups }: SageMakerProfile): {
  readonly Subnets: string[];
  readonly SecurityGroupIds: string[];
} {
  return { Subnets: [...subnets], SecurityGroupIds: [...securityGroups] };
}

/** In the environment of every job's containers. */
export function environmentOf({ spec }: RemoteJob): Record<string, string> {
  return { [OWN_MARK]: clientToken(spec.key), PYTHONUNBUFFERED: '1' };
}

/** The service brings the bootstrap into the container, and that fetches the rest. */
function program(job: RemoteJob, bootstrapDir: string, workDir: string) {
  const ContainerArguments = bootstrapArguments(job, workDir);
  const tooLong = ContainerArguments.find((argument) => argument.length > LONGEST_ARGUMENT);
  if (tooLong !== undefined) {
    throw new TemperedError(
      'WRONG_INPUT',
      `SageMaker takes no argument longer than ${String(LONGEST_ARGUMENT)} characters: ${tooLong}`,
      { field: 'storage.root', advice: 'choose a shorter storage.root in tempered.json, or a shorter id of the run' },
    );
  }
  return { ContainerEntrypoint: ['python3', `${bootstrapDir}/bootstrap.py`], ContainerArguments };
}

function bootstrapFolder({ code }: RemoteJob): string {
  return code.bootstrapUri.slice(0, code.bootstrapUri.lastIndexOf('/') + 1);
}
