import { Stack } from 'aws-cdk-lib';
import { CompositePrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LOGS_PREFIX, ROOT_PREFIX, type DataBucket } from './data-bucket.js';

/** Folders of the storage root that a job writes: its own, and unfinished work. Publishing is the workers' part. */
const JOBS_WRITE = ['_work', '_scratch'];

/** What jobs run as, on every engine: they read what is published and write their own folders, and publish nothing. */
export class JobRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { bucket, key }: Pick<DataBucket, 'bucket' | 'key'>) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      description: 'Jobs of Tempered on EMR, EMR Serverless and SageMaker',
      assumedBy: new CompositePrincipal(
        ...['emr-serverless', 'sagemaker', 'ec2'].map(
          (service) =>
            new ServicePrincipal(
              `${service}.amazonaws.com`,
              // No other account may have a service act for it with this role; EC2 does not say for whom it acts.
              service === 'ec2' ? {} : { conditions: { StringEquals: { 'aws:SourceAccount': account } } },
            ),
        ),
      ),
    });
    const allow = (actions: string[], resources: string[]): void => {
      this.role.addToPolicy(new PolicyStatement({ actions, resources }));
    };
    allow(['s3:GetObject'], [bucket.arnForObjects(`${ROOT_PREFIX}/*`)]);
    allow(
      ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      JOBS_WRITE.map((folder) => bucket.arnForObjects(`${ROOT_PREFIX}/${folder}/*`)),
    );
    allow(['s3:PutObject'], [bucket.arnForObjects(`${LOGS_PREFIX}/*`)]);
    allow(['s3:ListBucket', 's3:GetBucketLocation'], [bucket.bucketArn]);
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
    allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`],
    );
  }
}
