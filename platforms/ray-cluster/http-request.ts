import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A request to an HTTP API. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly timeoutMs: number;
}

/** What it answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a request as a program does. Node's `fetch` would do but for its `Sec-Fetch-Mode` header, by which Ray takes it for a browser
 * and refuses to start or stop anything.
 * @throws Error of the system, as ECONNREFUSED, or a timeout's
 */
export function sendRequest({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      textOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, text });
      }, reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
