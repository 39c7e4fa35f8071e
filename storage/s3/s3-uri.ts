import { TemperedError } from '../../contracts/failure.js';
import { decodeSegment, encodeSegment } from '../uri.js';

/** A place in a bucket: the key of an object, or of a folder without a slash at its end; empty for the bucket itself. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

const PREFIX = /^s3:\/\//;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What S3 takes for a key, in bytes of UTF-8. */
const LONGEST_KEY_BYTES = 1024;

const CONTROL = /[\u0000-\u001f\u007f\ufffe\uffff]/;

/** The `s3://` URI of a place; names are escaped as in a file URI, `50%.csv` -> `50%25.csv`. */
export function s3Uri({ bucket, key }: S3Place): string {
  return `s3://${bucket}${key === '' ? '' : `/${key.split('/').map(encodeSegment).join('/')}`}`;
}

/**
 * The place behind an `s3://` URI. A step up is refused, however it is written, and so is a name that a listing could not give back.
 * @throws {TemperedError} `WRONG_INPUT` when the text is not the URI of a place that we can use
 */
export function placeOfS3Uri(uri: string): S3Place {
  if (!PREFIX.test(uri)) throw wrong(uri, 'write s3://bucket/folder');
  const [bucket = '', ...encoded] = uri.replace(PREFIX, '').split('/');
  if (!BUCKET.test(bucket)) {
    throw wrong(
      uri,
      'a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens, no hyphen or dot at its ends',
    );
  }
  if (/[?#]/.test(uri)) throw wrong(uri, 'write ? as %3F and # as %23');
  const names = encoded.filter((name) => name !== '').map((name) => decode(uri, name));
  const key = names.join('/');
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) {
    throw wrong(uri, `a key has at most ${LONGEST_KEY_BYTES} bytes, this one ${Buffer.byteLength(key)}`);
  }
  return { bucket, key };
}

function decode(uri: string, encoded: string): string {
  const name = decodeSegment(encoded, (advice, cause) => wrong(uri, advice, cause));
  if (CONTROL.test(name))
    throw wrong(uri, 'a name cannot hold control characters: listings of S3 are XML, which has none');
  return name;
}

function wrong(uri: string, advice: string, cause?: unknown): TemperedError {
  const message = `${JSON.stringify(uri).slice(1, -1)} is not a usable S3 URI: ${advice}`;
  return new TemperedError('WRONG_INPUT', message, { field: 'uri', found: uri, advice }, { cause });
}
