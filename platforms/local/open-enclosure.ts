import type { Enclosure, EnclosureRecord } from './enclosure.js';
import { MemoryGroup } from './memory-group.js';
import { ProcessTree } from './process-tree.js';

/** Finds the enclosure of a job again, or what is left of it. */
export function openEnclosure(record: EnclosureRecord): Enclosure {
  return record.kind === 'rss-sampling' ? ProcessTree.open(record) : MemoryGroup.open(record);
}
