import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Folder of the bucket that is the storage root. Logs of services lie beside it. */
export const ROOT_PREFIX = 'tempered';
export const LOGS_PREFIX = 'logs';

/** Job folders and unfinished work: of use until their run is over, and some days longer for people who look why one failed. */
const WORK_DAYS = 30;
const SCRATCH_DAYS = 14;
const LOG_DAYS = 90;

/** Long enough to notice that something was deleted by mistake. */
const OLD_VERSION_DAYS = 30;

const LIFECYCLE: readonly LifecycleRule[] = [
  { id: 'unfinished uploads', abortIncompleteMultipartUploadAfter: Duration.days(3) },
  { id: 'old versions', noncurrentVersionExpiration: Duration.days(OLD_VERSION_DAYS) },
  { id: 'job folders', prefix: `${ROOT_PREFIX}/_work/`, expiration: Duration.days(WORK_DAYS) },
  { id: 'unfinished work', prefix: `${ROOT_PREFIX}/_scratch/`, expiration: Duration.days(SCRATCH_DAYS) },
  { id: 'logs', prefix: `${LOGS_PREFIX}/`, expiration: Duration.days(LOG_DAYS) },
];

/** The bucket of all data and models: encrypted with a key of its own, closed to the public, versioned, with its access logged. */
export class DataBucket extends Construct {
  readonly bucket: Bucket;
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', { enableKeyRotation: true, description: 'Tempered: data and models' });
    const closed = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
    } as const;
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...closed,
      encryption: BucketEncryption.S3_MANAGED, // the log delivery service writes no other
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(LOG_DAYS) }],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...closed,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true, // one call to the key a bucket and day instead of one an object
      versioned: true,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'data/',
      lifecycleRules: [...LIFECYCLE],
    });
  }

  get rootUri(): string {
    return this.bucket.s3UrlForObject(ROOT_PREFIX);
  }

  get logsUri(): string {
    return this.bucket.s3UrlForObject(LOGS_PREFIX);
  }
}
