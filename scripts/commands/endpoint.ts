import { assertNever } from '../../contracts/assert-never.js';
import type { EndpointHandle, EndpointHost, EndpointState } from '../../serving/endpoint-host.js';
import { openEndpointHosts } from '../../serving/index.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorageOf } from '../../storage/index.js';
import type { Answer } from '../io.js';

/** `tempered endpoint show NAME`: how an endpoint is, and where it answers. */
export async function show(name: string): Promise<Answer> {
  const { host, handle } = find(name);
  const state = await host.poll(handle);
  return { document: { ...handle, state }, text: `${name}  ${inWords(state)}` };
}

/** `tempered endpoint remove NAME`: ends an endpoint that a run has left running. */
export async function remove(name: string): Promise<Answer> {
  const { host, handle } = find(name);
  const before = await host.poll(handle);
  await host.remove(handle);
  const text = before.kind === 'absent' ? `there was no endpoint ${name}` : `endpoint ${name} is gone`;
  return { document: { ...handle, before }, text };
}

/** The endpoint of a name where the profile hosts endpoints; whether it is there is the host's to say. */
function find(name: string): { readonly host: EndpointHost; readonly handle: EndpointHandle } {
  const loaded = loadProfile();
  const { profile } = loaded;
  const host = openEndpointHosts(profile, openStorageOf(loaded))[profile.endpoints];
  if (!host) throw new Error(`no host "${profile.endpoints}"`);
  return { host, handle: { host: host.name, name } };
}

function inWords(state: EndpointState): string {
  switch (state.kind) {
    case 'in-service':
      return `in service${state.url === null ? '' : ` at ${state.url}`}`;
    case 'creating':
      return `creating: ${state.message}`;
    case 'failed':
      return `failed: ${state.reason}`;
    case 'absent':
      return 'absent';
    default:
      return assertNever('state of an endpoint', state);
  }
}
