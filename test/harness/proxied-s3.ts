import { openStorage } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { childUri } from '../../storage/uri.js';
import { temporaryS3Storage } from '../contracts/temporary-s3-storage.js';
import { startFaultProxy, type Fate, type FaultProxy, type ProxiedRequest } from './fault-proxy.js';
import { TEST_REGION, withS3Environment, type S3Server } from './s3-server.js';
import { startSeaweedFs } from './seaweedfs.js';

/** An S3 server with a proxy before it that makes requests go wrong. */
export interface ProxiedS3 {
  readonly server: S3Server;
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly storage: Storage;
  /** Past it. */
  readonly direct: Storage;
  readonly bucket: string;
  /** A folder of this machine, removed at the end. */
  readonly folder: string;
  /** A URI that nobody has used. */
  place(path?: string): string;
  /** What a file holds. */
  text(uri: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts both, with an empty storage behind them. */
export async function openProxiedS3(): Promise<ProxiedS3> {
  const server = await startSeaweedFs();
  const proxy = await startFaultProxy(server.endpoint);
  const temporary = await temporaryS3Storage(server.endpoint);
  const { storage: direct, bucket, folder } = temporary;
  await direct.list(direct.root);
  const storage = await withS3Environment(proxy.endpoint, async () => {
    const opened = openStorage(direct.root, [], { region: TEST_REGION });
    await opened.list(opened.root);
    return opened;
  });
  let places = 0;
  return {
    server,
    proxy,
    storage,
    direct,
    bucket,
    folder,
    place: (path = 'file') => childUri(storage.root, `place-${++places}/${path}`),
    text: async (uri) => new TextDecoder().decode(await direct.read(uri)),
    close: async () => {
      await temporary.close();
      await proxy.close();
      await server.stop();
    },
  };
}

/** What lets a request pass as it is. */
export const PASS: Fate = { kind: 'pass' };

/** Lets the first requests of an operation meet a fate, and all others pass. */
export function first(times: number, operation: string, fate: Fate): (request: ProxiedRequest) => Fate {
  return (request) => (request.operation === operation && request.earlier < times ? fate : PASS);
}
