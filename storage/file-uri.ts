import { TemperedError } from '../contracts/failure.js';
import { decodeSegment, encodeSegment } from './uri.js';

const PREFIX = /^file:\/\/(?:localhost)?(?=\/)/;

/** The `file://` URI of an absolute path. */
export function fileUri(path: string): string {
  return `file://${path.split('/').map(encodeSegment).join('/')}`;
}

/**
 * The path behind a `file://` URI. Unlike Node's fileURLToPath it resolves nothing: a step up is refused, however it is
 * written, and a raw `?` or `#` is refused rather than cut off.
 * @throws {TemperedError} `WRONG_INPUT` when the text is not the URI of an absolute path
 */
export function pathOfFileUri(uri: string): string {
  const prefix = PREFIX.exec(uri)?.[0];
  if (prefix === undefined) throw wrong(uri, 'write file:///absolute/path');
  const encoded = uri.slice(prefix.length);
  if (/[?#]/.test(encoded)) throw wrong(uri, 'write ? as %3F and # as %23');
  const names = encoded
    .split('/')
    .filter((name) => name !== '')
    .map((name) => decode(uri, name));
  return `/${names.join('/')}`;
}

function decode(uri: string, encoded: string): string {
  const name = decodeSegment(encoded, (advice, cause) => wrong(uri, advice, cause));
  if (name.includes('\0')) throw wrong(uri, 'a name cannot hold a zero byte');
  return name;
}

function wrong(uri: string, advice: string, cause?: unknown): TemperedError {
  return new TemperedError(
    'WRONG_INPUT',
    `${uri} is not a usable file URI: ${advice}`,
    { field: 'uri', advice },
    { cause },
  );
}
