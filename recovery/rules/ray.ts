import type { TextRule } from './rule.js';

/** Ray's monitor, object store and exceptions, 2.58 and before. */
export const RAY_RULES: readonly TextRule[] = [
  {
    id: 'ray-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'class',
    pattern: /^(?:ray\.exceptions\.OutOfMemoryError\b|OutOfMemoryError: .{0,300}low on memory)/s,
    source: 'Ray 2.58: raised for a task or actor whose worker the memory monitor killed, observed',
  },
  {
    id: 'ray-node-low-on-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern:
      /(?:was|were) killed due to the node running low on memory|Workers? .{0,120}killed (?:due to|by) memory pressure|OOM kill reason: |NODE_OUT_OF_MEMORY|killed \d+ (?:worker|task)s? .{0,80}(?:running low on memory|OOM|out-of-memory)/i,
    source: 'Ray: raylet node_manager, texts of 2.2 to 2.58, observed for 2.58',
  },
  {
    id: 'ray-object-store-full',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'object-store',
    in: 'message',
    pattern: /ObjectStoreFullError|object store is full of objects|object store memory .{0,60}(?:is full|exceeded)/i,
    source: 'Ray: ray.exceptions.ObjectStoreFullError',
  },
  {
    id: 'ray-object-store-class',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'object-store',
    in: 'class',
    pattern: /^(?:ray\.exceptions\.)?ObjectStoreFullError\b/,
    source: 'Ray: ray.exceptions.ObjectStoreFullError',
  },
  {
    id: 'ray-out-of-disk',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern: /^(?:ray\.exceptions\.)?OutOfDiskError\b/,
    source: 'Ray: ray.exceptions.OutOfDiskError',
  },
  {
    id: 'ray-get-timeout',
    kind: 'timeout',
    certainty: 'probable',
    region: null,
    in: 'class',
    pattern: /^(?:ray\.exceptions\.)?GetTimeoutError\b/,
    source: 'Ray: ray.exceptions.GetTimeoutError; also a request that no node can hold',
  },
  {
    id: 'ray-preempted',
    kind: 'preempted',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /node .{0,80}(?:was preempted|is being drained|preemption)|(?:Actor|Node)\w{0,20} .{0,120}due to (?:node )?preempti/i,
    source: 'Ray: ActorDiedError and NodeDiedError with preempted set',
  },
  {
    id: 'ray-node-died',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern: /\bits node has died\b/,
    source: 'Ray: ActorDiedError and RayActorError of an actor on a node that is gone',
  },
  {
    id: 'ray-node-lost',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    in: 'class',
    pattern:
      /^(?:ray\.exceptions\.)?(?:NodeDiedError|LocalRayletDiedError|OwnerDiedError|ObjectLostError|ObjectReconstructionFailedError\w*)\b/,
    source: 'Ray: ray.exceptions',
  },
];
