import { heartbeat, sleep } from '@temporalio/activity';
import { TemperedError } from '../contracts/failure.js';
import type { InferenceAnswer, InferenceRequest } from '../contracts/inference.js';
import type { ModelRef } from '../contracts/refs.js';
import { loadGoldenRows } from '../models/model-card.js';
import type { EndpointHandle, EndpointHost } from '../serving/endpoint-host.js';
import type { JobsContext } from './context.js';

/** A model to host, under a name. */
export interface DeployRequest {
  readonly name: string;
  readonly model: ModelRef;
}

/** A request to an endpoint. */
export interface InvokeRequest {
  readonly handle: EndpointHandle;
  readonly request: InferenceRequest;
}

/** An endpoint, and the model that it should serve. */
export interface ValidateRequest {
  readonly handle: EndpointHandle;
  readonly model: ModelRef;
}

/** The first look comes soon: a server of this machine is there within seconds, SageMaker's within minutes. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const BACKOFF = 1.5;

/** Both sides compute in doubles with the same library; text in between keeps every digit. */
const RELATIVE_TOLERANCE = 1e-9;

/** Activity: begins to host a model where the profile says. Asking twice gives one endpoint. */
export function deployEndpoint({ endpointHosts, profile }: JobsContext) {
  return ({ name, model }: DeployRequest): Promise<EndpointHandle> =>
    hostOf(endpointHosts, profile.profile.endpoints).deploy({ name, model });
}

/**
 * Activity: waits until an endpoint answers. Heartbeats on the way.
 * @throws TemperedError `JOB_FAILED` with the host's own reason when it never will
 */
export function awaitEndpoint({ endpointHosts }: JobsContext) {
  return async (handle: EndpointHandle): Promise<{ readonly url: string | null }> => {
    const host = hostOf(endpointHosts, handle.host);
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * BACKOFF)) {
      const state = await host.poll(handle);
      if (state.kind === 'in-service') return { url: state.url };
      if (state.kind !== 'creating') {
        const why = state.kind === 'failed' ? state.reason : 'it is not there any more';
        throw new TemperedError('JOB_FAILED', `endpoint ${handle.name} on ${handle.host}: ${why}`);
      }
      heartbeat(state.message);
      await sleep(waitMs);
    }
  };
}

/**
 * Activity: asks an endpoint for predictions.
 * @throws TemperedError `CONTRACT_BROKEN` when it answers more or fewer than it was asked for
 */
export function invokeEndpoint({ endpointHosts }: JobsContext) {
  return async ({ handle, request }: InvokeRequest): Promise<InferenceAnswer> => {
    const answer = await hostOf(endpointHosts, handle.host).invoke(handle, request);
    const [found, expected] = [answer.predictions.length, request.instances.length];
    if (found === expected) return answer;
    const message = `endpoint ${handle.name}: found ${String(found)} predictions, expected ${String(expected)}`;
    throw new TemperedError('CONTRACT_BROKEN', message, { field: 'predictions', found, expected });
  };
}

/**
 * Activity: asks an endpoint for the rows whose predictions are known since the model was saved.
 * @returns how many rows were compared
 * @throws TemperedError `CONTRACT_BROKEN` naming the row and both numbers when it says something else
 */
export function validateEndpoint({ storage, endpointHosts }: JobsContext) {
  return async ({ handle, model }: ValidateRequest): Promise<number> => {
    const golden = await loadGoldenRows(storage, model);
    const instances = golden.map(({ features }) => features);
    const { predictions } = await hostOf(endpointHosts, handle.host).invoke(handle, { instances });
    golden.forEach(({ prediction }, row) => {
      const found = predictions[row];
      const isEqual = found !== undefined && Math.abs(found - prediction) <= RELATIVE_TOLERANCE * Math.abs(prediction);
      if (isEqual && predictions.length === golden.length) return;
      throw new TemperedError(
        'CONTRACT_BROKEN',
        `endpoint ${handle.name}: golden row ${String(row)}: found ${String(found)}, expected ${String(prediction)}`,
        { field: `golden[${String(row)}]`, found: found ?? null, expected: prediction },
      );
    });
    return golden.length;
  };
}

/** Activity: ends an endpoint; nothing of it is left afterwards. One that is not there is fine. */
export function deleteEndpoint({ endpointHosts }: JobsContext) {
  return (handle: EndpointHandle): Promise<void> => hostOf(endpointHosts, handle.host).remove(handle);
}

function hostOf(hosts: Readonly<Record<string, EndpointHost>>, name: string): EndpointHost {
  const host = hosts[name];
  if (host) return host;
  const allowed = Object.keys(hosts).join(', ');
  throw new TemperedError('WRONG_INPUT', `endpoints: found "${name}", allowed here: ${allowed}`, {
    ...{ field: 'endpoints', found: name, allowed },
    advice: 'tempered.json needs the section of that platform',
  });
}
