import { TemperedError } from '../../contracts/failure.js';
import { InferenceAnswer, type InferenceRequest } from '../../contracts/inference.js';
import { messageOf } from '../../contracts/system-error.js';

/** The server says whose it is: a port may be another program's by now. See `jobs/serve/server.py`. */
const IDENTITY_HEADER = 'X-Tempered-Endpoint';

const PING_TIMEOUT_MS = 5_000;
const INVOKE_TIMEOUT_MS = 60_000;

/** True when the server at a URL has a model and is the one of this name. */
export async function isAnswering(url: string, name: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok && response.headers.get(IDENTITY_HEADER) === name;
  } catch {
    return false; // refused, cut or late: not answering
  }
}

/**
 * Asks for predictions.
 * @throws {TemperedError} `WRONG_INPUT` with the server's words when it refuses the request; `PLATFORM_UNAVAILABLE` when it is away
 */
export async function askServer(url: string, name: string, request: InferenceRequest): Promise<InferenceAnswer> {
  const { status, text, identity } = await post(`${url}/invocations`, name, request);
  if (identity !== name) throw away(name, `port of ${url} is another program's`);
  if (status >= 400 && status < 500) {
    throw new TemperedError('WRONG_INPUT', `endpoint ${name} refused the request: ${text}`, { field: 'instances' });
  }
  if (status !== 200) throw away(name, `it answered ${String(status)}: ${text}`);
  return InferenceAnswer.parse(JSON.parse(text));
}

async function post(url: string, name: string, request: InferenceRequest) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(INVOKE_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text(), identity: response.headers.get(IDENTITY_HEADER) };
  } catch (error) {
    throw away(name, messageOf(error), error);
  }
}

function away(name: string, why: string, cause?: unknown): TemperedError {
  return new TemperedError('PLATFORM_UNAVAILABLE', `endpoint ${name} does not answer: ${why}`, {}, { cause });
}
