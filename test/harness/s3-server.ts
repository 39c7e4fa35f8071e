import { S3 } from '@aws-sdk/client-s3';

/** A server that speaks S3, for as long as a test uses it. */
export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The region of tests' buckets. */
export const TEST_REGION = 'eu-central-1';

/** What makes the SDK of a process go to a server: what a user would set for a server of their own. */
export function s3Environment(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST0001',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-tests',
    AWS_REGION: TEST_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/**
 * Runs something in a process environment that leads to a server; clients keep what they read when they were made.
 * @param changes variables to set or, as undefined, to take away on top
 */
export async function withS3Environment<T>(
  endpoint: string,
  run: () => Promise<T>,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<T> {
  const wanted = { ...s3Environment(endpoint), ...changes };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  setAll(Object.entries(wanted));
  try {
    return await run();
  } finally {
    setAll(before);
  }
}

function setAll(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** A client of the test's own, to look behind the storage. */
export function s3Client(endpoint: string): S3 {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = s3Environment(endpoint);
  const credentials = { accessKeyId, secretAccessKey };
  return new S3({ endpoint, region: TEST_REGION, forcePathStyle: true, credentials });
}

/** True when the server makes a bucket, which says that all of it is up. */
export async function makesBucket(endpoint: string, bucket: string): Promise<boolean> {
  const client = s3Client(endpoint);
  try {
    await client.createBucket({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: TEST_REGION } });
    await client.putObject({ Bucket: bucket, Key: 'ready', Body: new Uint8Array(1) });
    return true;
  } finally {
    client.destroy();
  }
}
