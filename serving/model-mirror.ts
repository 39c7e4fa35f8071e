import type { MirroredModel } from '../contracts/mirrored-model.js';
import type { ModelRef } from '../contracts/refs.js';

/** The champion of a name, and what was measured of it. */
export interface Champion {
  readonly model: ModelRef;
  /** Measured values by name, as `rmse`; empty for a model that was never measured. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A registry of somebody else's that shows which model of a name is in use. Ours decides; this one follows. */
export interface ModelMirror {
  /**
   * Makes it show this champion and no other. Asking twice, or at the same time, is the same as once.
   * @throws {TemperedError} `WRONG_INPUT` for what the registry will not take, `PLATFORM_UNAVAILABLE` when it cannot be asked
   */
  show(champion: Champion): Promise<MirroredModel>;
}
