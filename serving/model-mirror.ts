import type { Champion, MirroredModel } from '../contracts/mirrored-model.js';

/** A registry of somebody else's that shows which model of a name is in use. Ours decides; this one follows. */
export interface ModelMirror {
  /**
   * Makes it show this champion and no other. Asking twice, or at the same time, is the same as once.
   * @throws {TemperedError} `WRONG_INPUT` for what the registry will not take, `PLATFORM_UNAVAILABLE` when it cannot be asked
   */
  show(champion: Champion): Promise<MirroredModel>;
}
