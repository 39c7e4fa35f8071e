import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALLOWED_ENTITY_NAME, ENTITY_NAME } from '../../contracts/entity-name.js';
import { TemperedError } from '../../contracts/failure.js';
import type { InferenceAnswer, InferenceRequest } from '../../contracts/inference.js';
import { canonicalJson } from '../../contracts/json.js';
import type { ModelRef } from '../../contracts/refs.js';
import { readManifest } from '../../storage/snapshots.js';
import type { Storage } from '../../storage/storage.js';
import { childUri } from '../../storage/uri.js';
import type { EndpointHandle, EndpointHost, EndpointSpec, EndpointState } from '../endpoint-host.js';
import { EndpointFolder } from './endpoint-folder.js';
import { askServer, isAnswering } from './server-http.js';
import { isServer, signalServers, startServer } from './server-process.js';

/** How long a server may take to end before it is killed: it waits for the request at hand. */
const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** What endpoints on this machine need to know. */
export interface LocalEndpointOptions {
  /** Folder for one folder an endpoint. */
  readonly folder: string;
  /** Folder that holds `jobs/` and the Python environment. */
  readonly projectRoot: string;
  readonly storage: Storage;
}

/** Endpoints as processes of this machine: the same server as in SageMaker's container, on a port of its own. They outlive the worker. */
export class LocalEndpoints implements EndpointHost {
  readonly name = 'local';
  readonly #options: LocalEndpointOptions;

  constructor(options: LocalEndpointOptions) {
    this.#options = options;
  }

  async deploy({ name, model }: EndpointSpec): Promise<EndpointHandle> {
    const folder = this.#folder(name);
    const handle = { host: this.name, name };
    await this.#claim(folder, name, model);
    if (folder.pids().some((pid) => isServer(pid, folder))) return handle;
    await this.#fetchModel(folder, model);
    const pid = await startServer(folder, name, this.#options.projectRoot);
    await writeFile(folder.startedPath, JSON.stringify({ pid }));
    return handle;
  }

  async poll({ name }: EndpointHandle): Promise<EndpointState> {
    const folder = this.#folder(name);
    if (folder.findClaim() === undefined) return { kind: 'absent' };
    const failure = folder.findFailure();
    if (failure !== undefined) return { kind: 'failed', reason: failure };
    const ready = folder.findReady();
    const url = ready && urlOf(ready.port);
    if (url !== undefined && (await isAnswering(url, name))) return { kind: 'in-service', url };
    if (folder.pids().some((pid) => isServer(pid, folder))) {
      return { kind: 'creating', message: ready ? 'the server is busy' : 'the server loads its model' };
    }
    // It may have said so in its last moment.
    const last = folder.findFailure() ?? `its server has ended; the end of its log: ${folder.logTail() || '(empty)'}`;
    return { kind: 'failed', reason: last };
  }

  async invoke(handle: EndpointHandle, request: InferenceRequest): Promise<InferenceAnswer> {
    const ready = this.#folder(handle.name).findReady();
    if (ready === undefined) {
      const advice = 'wait until it is in service, or deploy it again';
      throw new TemperedError('PLATFORM_UNAVAILABLE', `endpoint ${handle.name} has no server`, { advice });
    }
    return askServer(urlOf(ready.port), handle.name, request);
  }

  async remove({ name }: EndpointHandle): Promise<void> {
    const folder = this.#folder(name);
    signalServers(folder, 'SIGTERM');
    const deadline = performance.now() + GRACE_MS;
    while (folder.pids().some((pid) => isServer(pid, folder))) {
      if (performance.now() > deadline) signalServers(folder, 'SIGKILL');
      await sleep(LOOK_EVERY_MS);
    }
    // A server that was just being started finds no folder to claim, and ends.
    await rm(folder.path, { recursive: true, force: true, maxRetries: 5 });
  }

  #folder(name: string): EndpointFolder {
    if (!ENTITY_NAME.test(name)) {
      throw new TemperedError('WRONG_INPUT', `endpoint name: found "${name}", allowed: ${ALLOWED_ENTITY_NAME}`, {
        ...{ field: 'endpointName', found: name, allowed: ALLOWED_ENTITY_NAME },
      });
    }
    return new EndpointFolder(this.#options.folder, name);
  }

  /** The first to write the claim has the name; it appears whole or not at all, as the folder is moved into place. */
  async #claim(folder: EndpointFolder, name: string, model: ModelRef): Promise<void> {
    if (folder.findClaim() === undefined) {
      const mine = `${folder.path}.${String(process.pid)}.${String(performance.now())}`;
      await mkdir(mine, { recursive: true });
      await writeFile(join(mine, 'endpoint.json'), canonicalJson({ name, model }));
      try {
        await rename(mine, folder.path);
      } catch (error) {
        await rm(mine, { recursive: true, force: true });
        if (folder.findClaim() === undefined) throw error;
      }
    }
    const found = folder.findClaim()?.model;
    if (found === undefined || found.sha256 === model.sha256) return;
    throw new TemperedError(
      'WRONG_INPUT',
      `endpoint ${name} is taken: it serves ${found.name}/${found.sha256}, not ${model.name}/${model.sha256}`,
      { field: 'endpointName', found: name, advice: 'choose another endpointName, or none' },
    );
  }

  async #fetchModel(folder: EndpointFolder, model: ModelRef): Promise<void> {
    const { storage } = this.#options;
    for (const { path } of (await readManifest(storage, model.uri)).files) {
      const target = join(folder.modelPath, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await storage.read(childUri(model.uri, path)));
    }
  }
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${String(port)}`;
}
