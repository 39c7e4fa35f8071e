import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request on its way to the server. */
export interface ProxiedRequest {
  /** The operation's name in the API of S3, as `PutObject`. */
  readonly operation: string;
  /** Bucket and key, unescaped. */
  readonly path: string;
  /** How many requests of this operation came before. */
  readonly earlier: number;
}

/**
 * What becomes of a request. `cut`: the server does it and the connection breaks before the answer. `truncate`: the connection breaks
 * in the middle of the answer's body. `before`: a call lets the test do something, and the request never arrives. `after`: the call is made
 * when the server has done it.
 */
export type Fate =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'cut' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'before' | 'after'; readonly call: () => Promise<void> };

/** Stands between the storage and a real server, and makes the network and the server as bad as a test needs them. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Decides on each request; by default all pass. */
  fate: (request: ProxiedRequest) => Fate;
  /** Requests so far by operation. */
  counts(): Readonly<Record<string, number>>;
  /** Forgets counts and the fate. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of the server at an endpoint. Signatures stay right, since it changes no header. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const counts = new Map<string, number>();
  const pass = (): Fate => ({ kind: 'pass' });
  const server = createServer((incoming, outgoing) => {
    incoming.on('error', () => outgoing.destroy());
    const operation = operationOf(incoming);
    const earlier = counts.get(operation) ?? 0;
    counts.set(operation, earlier + 1);
    const path = decodeURIComponent(new URL(incoming.url ?? '/', target).pathname).slice(1);
    forward(target, incoming, outgoing, proxy.fate({ operation, path, earlier })).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    fate: pass,
    counts: () => Object.fromEntries(counts),
    reset: () => {
      counts.clear();
      proxy.fate = pass;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}

// eslint-disable-next-line max-params -- both ends, their streams and what becomes of them
async function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, fate: Fate): Promise<void> {
  if (fate.kind === 'refuse') {
    incoming.resume();
    await once(incoming, 'end');
    const body = `<?xml version="1.0"?><Error><Code>${fate.code}</Code><Message>as the test wants it</Message></Error>`;
    outgoing.writeHead(fate.status, { 'content-type': 'application/xml', ...fate.headers });
    outgoing.end(incoming.method === 'HEAD' ? undefined : body);
    return;
  }
  if (fate.kind === 'delay') await sleep(fate.ms);
  if (fate.kind === 'before') {
    await fate.call();
    return void outgoing.destroy();
  }
  const { pathname, search } = new URL(incoming.url ?? '/', target);
  const { method, headers } = incoming;
  // Answered to the storage already, by this proxy.
  delete headers.expect;
  const upstream = send(new URL(pathname + search, target), { method, headers, path: incoming.url, agent: false });
  incoming.pipe(upstream);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  const body: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) body.push(chunk);
  if (fate.kind === 'cut') return void outgoing.destroy();
  if (fate.kind === 'after') await fate.call();
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  const whole = Buffer.concat(body);
  if (fate.kind !== 'truncate') return void outgoing.end(whole);
  outgoing.write(whole.subarray(0, whole.length / 2));
  await sleep(50); // the half is to arrive
  outgoing.destroy();
}

function operationOf({ method, url = '/', headers }: IncomingMessage): string {
  const query = new URL(url, 'http://any').searchParams;
  const copies = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'PUT':
      if (query.has('partNumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
      return copies ? 'CopyObject' : 'PutObject';
    case 'POST':
      if (query.has('delete')) return 'DeleteObjects';
      return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'HEAD':
      return 'HeadObject';
    default:
      return query.has('list-type') ? 'ListObjectsV2' : 'GetObject';
  }
}
