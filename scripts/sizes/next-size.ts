import { type Pipeline, PIPELINES } from '../../contracts/pipelines/index.js';
import type { SizeRecord } from '../../contracts/size-record.js';
import type { StageDefinition } from '../../contracts/stage.js';
import { openPlatforms } from '../../platforms/index.js';
import { chooseFirstSize, type FirstSize } from '../../recovery/first-size.js';
import { POLICIES } from '../../recovery/policies.js';
import type { LoadedProfile } from '../../settings/profile.js';

const STAGES: ReadonlyMap<string, StageDefinition> = new Map(
  Object.values<Pipeline>(PIPELINES).flatMap(({ stages }) =>
    Object.values(stages).map((stage) => [stage.name, stage] as const),
  ),
);

/** The stages of this release, by name. */
export function knownStages(): readonly string[] {
  return [...STAGES.keys()];
}

/**
 * What a run of this stage with the input of its newest run would start with, were it started now.
 * @param records newest first
 * @returns null for a stage or a platform that this release does not have
 */
export function nextSize(loaded: LoadedProfile, records: readonly [SizeRecord, ...SizeRecord[]]): FirstSize | null {
  const [{ stage, rows, bytes }] = records;
  const definition = STAGES.get(stage);
  const { profile } = loaded;
  const override = profile.stages[stage] ?? {};
  const platform = openPlatforms(loaded)[override.platform ?? profile.platform];
  if (!definition || !platform) return null;
  const { learns } = POLICIES[profile.recovery.policy];
  return chooseFirstSize({
    definition,
    override,
    largest: platform.largest,
    input: { rows, bytes },
    records: learns ? records : [],
  });
}
