import { Stack } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-emr';
import type { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import { type Conditions, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { LOGS_PREFIX, ROOT_PREFIX, type DataBucket } from './data-bucket.js';

/** What the workers work with. */
export interface WorkerRights {
  readonly storage: DataBucket;
  readonly application: CfnApplication;
  /** The cluster that Spark's steps may run on, if the account has one. */
  readonly cluster: CfnCluster | null;
  readonly jobRole: Role;
}

/** Names of the jobs that we make, and of what they need, begin so; others are not ours to touch. */
const OUR_NAMES = 'tempered-*';

/** SageMaker's kinds of things with our names, and what we do with each. */
const SAGEMAKER = {
  'training-job': ['CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob', 'AddTags', 'ListTags'],
  'processing-job': ['CreateProcessingJob', 'DescribeProcessingJob', 'StopProcessingJob', 'AddTags', 'ListTags'],
  'transform-job': ['CreateTransformJob', 'DescribeTransformJob', 'StopTransformJob', 'AddTags', 'ListTags'],
  model: ['CreateModel', 'DescribeModel', 'DeleteModel', 'AddTags', 'ListTags'],
  'model-package-group': [
    ...['CreateModelPackageGroup', 'DescribeModelPackageGroup', 'AddTags'],
    ...['CreateModelPackage', 'ListModelPackages'],
  ],
  'model-package': ['CreateModelPackage', 'DescribeModelPackage', 'ListModelPackages', 'UpdateModelPackage'],
} as const;

/** An endpoint has the name that its pipeline or its user gives it, and so have its parts: they are ours by their tag. */
const ENDPOINT_TAG = 'tempered:endpoint';
const ENDPOINT_PARTS = {
  model: ['DescribeModel', 'DeleteModel'],
  'endpoint-config': ['DescribeEndpointConfig', 'DeleteEndpointConfig'],
  endpoint: ['DescribeEndpoint', 'DeleteEndpoint', 'InvokeEndpoint'],
} as const;

/** Lets a role do what the workers do: publish, submit, look, stop, and hand the job role to a service, and nothing else. */
export function allowWorkers(role: Role, { storage, application, cluster, jobRole }: WorkerRights): void {
  const { partition, region, account } = Stack.of(role);
  const { bucket, key } = storage;
  const allow = (actions: string[], resources: string[], conditions: Conditions = {}): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
  };
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    [bucket.arnForObjects(`${ROOT_PREFIX}/*`)],
  );
  allow(['s3:GetObject'], [bucket.arnForObjects(`${LOGS_PREFIX}/*`)]);
  allow(['s3:ListBucket', 's3:GetBucketLocation'], [bucket.bucketArn]);
  allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
  allow(
    [
      'emr-serverless:StartJobRun',
      'emr-serverless:ListJobRuns',
      'emr-serverless:GetApplication',
      'emr-serverless:StartApplication',
    ],
    [application.attrArn],
  );
  allow(
    [
      'emr-serverless:GetJobRun',
      'emr-serverless:CancelJobRun',
      'emr-serverless:GetDashboardForJobRun',
      'emr-serverless:TagResource',
    ],
    [`${application.attrArn}/jobruns/*`],
  );
  if (cluster) {
    allow(
      ['DescribeCluster', 'ListInstances', 'AddJobFlowSteps', 'DescribeStep', 'ListSteps', 'CancelSteps'].map(
        (action) => `elasticmapreduce:${action}`,
      ),
      [`arn:${partition}:elasticmapreduce:${region}:${account}:cluster/${cluster.ref}`],
    );
  }
  for (const [kind, actions] of Object.entries(SAGEMAKER)) {
    const resource = `arn:${partition}:sagemaker:${region}:${account}:${kind}/${OUR_NAMES}`;
    allow(
      actions.map((action) => `sagemaker:${action}`),
      [resource],
    );
  }
  const parts = Object.entries(ENDPOINT_PARTS).map(([kind, actions]) => ({
    actions: actions.map((action) => `sagemaker:${action}`),
    resource: `arn:${partition}:sagemaker:${region}:${account}:${kind}/*`,
  }));
  allow(
    ['CreateModel', 'CreateEndpointConfig', 'CreateEndpoint', 'AddTags'].map((action) => `sagemaker:${action}`),
    parts.map(({ resource }) => resource),
    { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ENDPOINT_TAG } },
  );
  for (const { actions, resource } of parts) {
    allow(actions, [resource], { Null: { [`aws:ResourceTag/${ENDPOINT_TAG}`]: 'false' } });
  }
  allow(
    ['logs:GetLogEvents', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'],
    [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`],
  );
  allow(['iam:PassRole'], [jobRole.roleArn], {
    StringEquals: { 'iam:PassedToService': ['emr-serverless.amazonaws.com', 'sagemaker.amazonaws.com'] },
  });
}
