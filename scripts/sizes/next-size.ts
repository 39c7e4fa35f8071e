import type { SizeRecord } from '../../contracts/size-record.js';
import type { StageDefinition } from '../../contracts/stage.js';
import type { Platform } from '../../platforms/platform.js';
import { chooseFirstSize, type FirstSize } from '../../recovery/first-size.js';
import { POLICIES } from '../../recovery/policies.js';
import type { Project } from '../../settings/project.js';

/** The stages of a project's pipelines, by name. */
export function stagesOf({ pipelines }: Project): ReadonlyMap<string, StageDefinition> {
  return new Map(
    Object.values(pipelines).flatMap(({ stages }) =>
      Object.values(stages).map((stage) => [stage.name, stage] as const),
    ),
  );
}

/**
 * What a run of this stage with the input of its newest run would start with, were it started now.
 * @param platforms all that this project has
 * @param records newest first
 * @returns null for a stage or a platform that this project does not have
 */
export function nextSize(
  project: Project,
  platforms: Readonly<Record<string, Platform>>,
  records: readonly [SizeRecord, ...SizeRecord[]],
): FirstSize | null {
  const [{ stage, rows, bytes }] = records;
  const definition = stagesOf(project).get(stage);
  const { profile } = project;
  const override = profile.stages[stage] ?? {};
  const name = override.platform ?? profile.platform;
  const platform = platforms[name];
  if (!definition || !platform) return null;
  const { learns } = POLICIES[profile.recovery.policy];
  return chooseFirstSize({
    definition,
    override,
    platform: name,
    offer: platform,
    input: { rows, bytes },
    records: learns ? records : [],
  });
}
