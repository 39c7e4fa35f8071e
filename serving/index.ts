import { join } from 'node:path';
import { projectRoot, stateDir } from '../settings/home.js';
import type { Storage } from '../storage/storage.js';
import type { EndpointHost } from './endpoint-host.js';
import { LocalEndpoints } from './local/local-endpoints.js';

/** Every place that can host an endpoint, by name. A new one is one line here. */
export function openEndpointHosts(storage: Storage): Readonly<Record<string, EndpointHost>> {
  return { local: new LocalEndpoints({ folder: join(stateDir(), 'endpoints'), projectRoot, storage }) };
}
