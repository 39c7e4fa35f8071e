import type { SizeRecord } from '../../contracts/size-record.js';
import type { StageDefinition } from '../../contracts/stage.js';
import { openPlatforms } from '../../platforms/index.js';
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
 * @param records newest first
 * @returns null for a stage or a platform that this project does not have
 */
export function nextSize(project: Project, records: readonly [SizeRecord, ...SizeRecord[]]): FirstSize | null {
  const [{ stage, rows, bytes }] = records;
  const definition = stagesOf(project).get(stage);
  const { profile } = project;
  const override = profile.stages[stage] ?? {};
  const platform = openPlatforms(project)[override.platform ?? profile.platform];
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
