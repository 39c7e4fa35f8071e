import { layout } from './layout.js';
import type { Storage } from './storage.js';

/**
 * Removes all that is kept of a stage: what it published, what attempts had finished and what sizes were learned. The next run does it
 * as if for the first time. Nothing may be reading it meanwhile.
 */
export async function forgetStage(storage: Storage, stage: string): Promise<void> {
  const kept = [layout.publishedOf(storage, stage), layout.scratchOf(storage, stage), layout.sizes(storage, stage)];
  await Promise.all(kept.map((uri) => storage.remove(uri)));
}
