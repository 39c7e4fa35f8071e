import { z } from 'zod';
import { ALLOWED_INSTANCE_TYPES, INSTANCE_TYPES } from './instance-types.js';
import { ByteSize } from './resources.js';

/** Text of a form, which a message tells by its example: also where nothing stands. */
function textLike(pattern: RegExp, allowed: string): z.ZodString {
  return z.string().regex(pattern, allowed).meta({ allowed });
}

/** A bucket prefix, as `s3://bucket/logs`. */
const S3Uri = textLike(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^?#]*)?$/, 'a bucket prefix, as s3://bucket/logs');

/** The ARN of an IAM role that a service assumes to run our jobs. */
const RoleArn = textLike(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  'the ARN of a role, as arn:aws:iam::123456789012:role/tempered-jobs',
);

const SubnetId = textLike(/^subnet-[0-9a-f]+$/, 'the id of a subnet, as subnet-0123456789abcdef0');

/** Tags that every remote job, cluster and endpoint gets. */
const Tags = z.record(z.string().min(1).max(128), z.string().max(256)).default({});

/** `aws` of tempered.json: what all platforms on AWS share. Credentials come from the SDK's usual chain and never stand here. */
export const AwsProfile = z.strictObject({
  region: textLike(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, as eu-central-1'),
  /** Where services write their logs. By default `_logs` under the storage root. */
  logs: S3Uri.optional(),
  tags: Tags,
});
export type AwsProfile = Readonly<z.infer<typeof AwsProfile>>;

/** Spark on executors of their own: how many, and where its Python environment lies. */
const sparkCluster = {
  executors: z.int().min(1).max(1000).default(2),
  /** Archive of a Python environment with the packages of python/requirements.lock, as made by `venv-pack`; none uses the platform's own. */
  pythonArchive: S3Uri.optional(),
  /** More Spark settings, as `{"spark.hadoop.fs.s3a.endpoint": "..."}`. */
  sparkConf: z
    .record(textLike(/^spark\./, 'a Spark setting, as spark.dynamicAllocation.enabled'), z.string())
    .default({}),
};

/** Machines whose memory follows from their name: 2, 4 or 8 GiB for each vCPU. */
const Ec2Type = textLike(
  /^[cmr]\d[a-z]{0,3}\.(?:\d{1,2})?xlarge$/,
  'an instance type of the families c, m or r, as m6i.xlarge',
);

/** `emr` of tempered.json: steps on an EMR cluster, one that is given or one that we create and that ends by itself. */
export const EmrProfile = z.strictObject({
  /**
   * Types of the core nodes, smallest first. A cluster that is given has one. Of created ones each type has a cluster of its own, and a
   * job that outgrows the first goes to the next.
   */
  instanceTypes: z.array(Ec2Type).min(1).default(['m6i.xlarge']),
  clusterId: textLike(/^j-[A-Z0-9]+$/, 'the id of a cluster, as j-2AXXXXXXGAPLF').optional(),
  create: z
    .strictObject({
      releaseLabel: textLike(/^emr(-spark)?-\d+\.\d+\.\d+$/, 'a release, as emr-7.13.0').default('emr-7.13.0'),
      serviceRole: RoleArn,
      /** Instance profile of the nodes; its role must read and write the storage root. */
      instanceProfile: z.string().min(1),
      subnetId: SubnetId.optional(),
      coreNodes: z.int().min(1).max(100).default(2),
      /** Steps that run at the same time; the driver of each is on the primary node. */
      concurrentSteps: z.int().min(1).max(256).default(1),
      idleMinutes: z.int().min(1).max(10_080).default(15),
    })
    .optional(),
  ...sparkCluster,
});
export type EmrProfile = Readonly<z.infer<typeof EmrProfile>>;

/** `emrServerless` of tempered.json. */
export const EmrServerlessProfile = z.strictObject({
  applicationId: textLike(/^[0-9a-z]{8,64}$/, 'the id of an application, as 00f1abcdexample'),
  executionRole: RoleArn,
  /** A job that takes longer is stopped by the service, which allows seven days at most. */
  timeoutMinutes: z.int().min(5).max(10_080).default(720),
  ...sparkCluster,
});
export type EmrServerlessProfile = Readonly<z.infer<typeof EmrServerlessProfile>>;

/** The stage that a transform job can do. */
const TRANSFORMED = 'predict';

/** `sagemaker` of tempered.json: training jobs for Ray stages, processing jobs for Python stages, and endpoints. */
export const SageMakerProfile = z.strictObject({
  role: RoleArn,
  /** Image with the packages of python/requirements.lock, for jobs and for endpoints. */
  image: z.string().min(1),
  /** Instance types that jobs may use; of one memory the first is preferred, and the next is tried when there is no machine of it. */
  instanceTypes: z
    .array(z.string().refine((name) => INSTANCE_TYPES.has(name), ALLOWED_INSTANCE_TYPES))
    .min(1)
    .optional(),
  /** Hosts of one Ray training job. */
  rayHosts: z.int().min(1).max(100).default(1),
  /**
   * How each stage runs; Ray stages are training jobs and the others processing jobs unless said otherwise here. A transform job asks a
   * model about every row of a data set, which is what the stage `predict` does and no other.
   */
  jobs: z
    .record(z.string(), z.enum(['training', 'processing', 'transform']))
    .refine(
      (jobs) => Object.entries(jobs).every(([stage, kind]) => kind !== 'transform' || stage === TRANSFORMED),
      `training or processing for every stage but ${TRANSFORMED}`,
    )
    .default({}),
  endpointInstanceType: textLike(/^ml\./, 'an instance type, as ml.m6i.large').default('ml.m6i.large'),
  /**
   * Model package group that mirrors our model registry: a promoted model becomes an approved version in it. `{model}` stands for the
   * model's name; a name without it holds the versions of all models.
   */
  modelPackageGroup: textLike(
    /^(?=.{1,63}$)(?:[a-zA-Z0-9]|\{model\})(?:-*(?:[a-zA-Z0-9]|\{model\}))*$/,
    'a name of letters, digits and -, at most 63, as tempered-{model}',
  ).optional(),
  subnets: z.array(SubnetId).default([]),
  securityGroups: z
    .array(textLike(/^sg-[0-9a-f]+$/, 'the id of a security group, as sg-0123456789abcdef0'))
    .default([]),
  timeoutMinutes: z.int().min(5).max(40_320).default(720),
});
export type SageMakerProfile = Readonly<z.infer<typeof SageMakerProfile>>;

/**
 * `rayCluster` of tempered.json: a cluster that is reached by the Ray Jobs API. Its nodes see the storage root under the same path, or it is
 * in S3 and the code is sent along.
 */
export const RayClusterProfile = z.strictObject({
  address: z.url({ protocol: /^https?$/ }),
  /** The largest job that a node of the cluster can run. */
  memory: ByteSize,
  cpus: z.number().positive(),
  /** Folder with the code, as the nodes see it, where they share the storage's disk; by default this checkout. */
  projectRoot: z.string().startsWith('/').optional(),
  /** The Python of the jobs, as the nodes see it: that of `projectRoot` by default, and where code is sent `python3`. */
  python: z.string().min(1).optional(),
  /** Folder on each node's own disk, for the files of jobs whose storage is in S3. */
  work: z.string().startsWith('/').default('/tmp/tempered'),
});
export type RayClusterProfile = Readonly<z.infer<typeof RayClusterProfile>>;

/** The platforms beside `local`, each with the sections of tempered.json that set it up. */
export const PLATFORM_SECTIONS: Readonly<Record<string, readonly string[]>> = {
  emr: ['aws', 'emr'],
  'emr-serverless': ['aws', 'emrServerless'],
  sagemaker: ['aws', 'sagemaker'],
  'ray-cluster': ['rayCluster'],
};
