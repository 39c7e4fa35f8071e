import { TemperedError, type FailureCode } from '../../contracts/failure.js';
import { messageOf } from '../../contracts/system-error.js';

/** What was done to which URI of which storage when S3 refused. */
export interface S3Action {
  readonly doing: 'read' | 'write' | 'remove' | 'publish';
  readonly uri: string;
  readonly root: string;
  readonly bucket: string;
  /** The field of tempered.json that names the place. */
  readonly field: string;
}

/** What an answer of S3 says beyond its text; every part may be missing. */
interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
  readonly attempts: number | undefined;
  readonly requestId: string | undefined;
  /** The region that the bucket lies in, where S3 tells it. */
  readonly bucketRegion: string | undefined;
}

interface Explanation {
  readonly code: FailureCode;
  readonly why?: string;
  readonly advice?: string;
  /** What to correct in tempered.json. */
  readonly field?: string;
}

/** Turns an error of the SDK into ours: the code by who can mend it, the message with the URI and what to do. */
export function toS3Error(error: unknown, action: S3Action, region: string | undefined): TemperedError {
  if (error instanceof TemperedError) return error;
  const refusal = refusalOf(error);
  const text = withoutKeys(messageOf(error));
  const { code, why, advice, field: wrongField } = explain(refusal, { ...action, text, region });
  const { name, status, attempts, requestId } = refusal;
  const said = why ?? `${name}: ${text}${attempts !== undefined && attempts > 1 ? `, ${attempts} times` : ''}`;
  const message = `cannot ${action.doing} ${action.uri}: ${said}${advice === undefined ? '' : `; ${advice}`}`;
  const facts = {
    ...{ uri: action.uri, root: action.root, error: name, status, requestId },
    ...(advice !== undefined && { advice }),
    ...(wrongField !== undefined && { field: wrongField }),
  };
  // Not the SDK's own error as the cause: it carries the signed request, and so whoever logs it would log credentials.
  return new TemperedError(code, message, facts, { cause: new Error(`${name}: ${text}`) });
}

/** True for one of these error codes of S3, or HTTP statuses. */
export function isRefusal(error: unknown, ...wanted: readonly (string | number)[]): boolean {
  const { name, status } = refusalOf(error);
  return wanted.includes(name) || (status !== undefined && wanted.includes(status));
}

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'];
const NOT_ACCEPTED = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
];
const ELSEWHERE = [
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
];
const FULL = ['QuotaExceeded', 'XMinioStorageFull', 'InsufficientCapacity'];
const SIGN_IN =
  'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in with `aws sso login`, or give the machine a role';

type Context = S3Action & { readonly text: string; readonly region: string | undefined };

function explain({ name, status, bucketRegion }: Refusal, context: Context): Explanation {
  const { bucket, doing, text, root, region, field: place } = context;
  const another = `set another ${place} in tempered.json`;
  if (name === 'NoSuchBucket') {
    return wrong(`the bucket ${bucket} does not exist`, { advice: `create it, or ${another}`, field: place });
  }
  if (
    bucketRegion !== undefined &&
    bucketRegion !== region &&
    (ELSEWHERE.includes(name) || status === 301 || status === 400)
  ) {
    const why = `the bucket ${bucket} lies in region ${bucketRegion}, and was asked for in ${region ?? 'another one'}`;
    const advice = `set aws.region to "${bucketRegion}" in tempered.json, or use a bucket in ${region ?? 'that region'}`;
    return wrong(why, { advice, field: 'aws.region' });
  }
  if (ELSEWHERE.includes(name) || status === 301) {
    const why = `the bucket ${bucket} does not lie in region ${region ?? '(none is set)'}`;
    return wrong(why, { advice: "set aws.region in tempered.json to the bucket's region", field: 'aws.region' });
  }
  if (EXPIRED.includes(name)) {
    // Whoever runs jobs goes on when they are renewed: an end here would leave jobs that nobody waits for.
    return { code: 'STORAGE_UNAVAILABLE', why: 'the AWS credentials have expired', advice: `renew them: ${SIGN_IN}` };
  }
  if (NOT_ACCEPTED.includes(name)) return wrong(`AWS does not accept the credentials (${name})`, { advice: SIGN_IN });
  if (name === 'CredentialsProviderError' || name === 'ProviderError')
    return wrong('no AWS credentials were found', { advice: SIGN_IN });
  if (/^Region is missing/.test(text)) {
    return wrong('no AWS region is set', {
      advice: 'set aws.region in tempered.json, or AWS_REGION',
      field: 'aws.region',
    });
  }
  if (status === 403) {
    const rights = 's3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload';
    const said = name === 'AccessDenied' ? `: ${text}` : '';
    const why = `access to the bucket ${bucket} is denied: it belongs to somebody else, or these credentials may not ${doing} there${said}`;
    return wrong(why, { advice: `grant them ${rights} on ${root}, or ${another}`, field: place });
  }
  if (status === 404) return wrong('there is nothing');
  if (name === 'NotImplemented' || status === 501) {
    return wrong(`the server does not offer what is needed (${text})`, {
      advice: 'it must know conditional writes (If-None-Match)',
    });
  }
  if (FULL.includes(name) || status === 507)
    return { code: 'STORAGE_FULL', why: `the storage is full (${text})`, advice: `free space under ${root}` };
  if (['KeyTooLongError', 'InvalidBucketName', 'InvalidURI', 'EntityTooLarge'].includes(name)) return wrong(text);
  return { code: 'STORAGE_UNAVAILABLE' };
}

function wrong(why: string, mend: Pick<Explanation, 'advice' | 'field'> = {}): Explanation {
  return { code: 'WRONG_INPUT', why, ...mend };
}

/** Where the SDK keeps these differs from error to error, and some of its fields are not enumerable. */
function refusalOf(error: unknown): Refusal {
  const metadata = field(error, '$metadata');
  const headers = field(field(error, '$response'), 'headers');
  const status = field(metadata, 'httpStatusCode');
  const attempts = field(metadata, 'attempts');
  const names = [field(error, 'name'), field(error, 'Code'), field(error, 'code')].map(text);
  return {
    name: names.find((name) => name !== undefined && name !== 'Error') ?? 'Error',
    status: typeof status === 'number' ? status : undefined,
    attempts: typeof attempts === 'number' ? attempts : undefined,
    requestId: text(field(metadata, 'requestId')),
    bucketRegion: text(field(headers, 'x-amz-bucket-region')) ?? text(field(error, 'Region')),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A message may hold the id of an access key, which is nobody's business. */
function withoutKeys(said: string): string {
  return said.replace(/\b(?:AKIA|ASIA)[A-Z0-9]{4,}/g, (id) => `${id.slice(0, 4)}...`);
}
