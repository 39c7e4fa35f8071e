import type { InferenceAnswer, InferenceRequest } from '../contracts/inference.js';
import type { ModelRef } from '../contracts/refs.js';

/** An endpoint as it is wanted. */
export interface EndpointSpec {
  readonly name: string;
  readonly model: ModelRef;
}

/** Names an endpoint. Plain JSON: it stands in workflow history and survives every process. */
export interface EndpointHandle {
  readonly host: string;
  readonly name: string;
}

/** What a host knows of an endpoint at one moment. */
export type EndpointState =
  | { readonly kind: 'creating'; readonly message: string }
  | { readonly kind: 'in-service'; readonly url: string | null }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'absent' };

/** A place where a model answers requests. */
export interface EndpointHost {
  /** `local` or `sagemaker`. */
  readonly name: string;
  /** Idempotent by name; a name taken by somebody else's endpoint is `WRONG_INPUT`. */
  deploy(spec: EndpointSpec): Promise<EndpointHandle>;
  poll(handle: EndpointHandle): Promise<EndpointState>;
  invoke(handle: EndpointHandle, request: InferenceRequest): Promise<InferenceAnswer>;
  /** Returns when nothing of it is left (endpoint, configuration, model); absent is fine. */
  remove(handle: EndpointHandle): Promise<void>;
}
