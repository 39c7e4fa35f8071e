import { ProgressBoard } from '../../../workflows/run-progress.js';
import { runStage, type StageTask } from '../../../workflows/run-stage.js';
import type { JsonObject } from '../../../contracts/json.js';

export { salary } from '../../../workflows/salary.js';

/** One stage of a faulty pipeline, under the same durable loop as every stage. */
export function faulty(task: StageTask): Promise<JsonObject> {
  return runStage(task, new ProgressBoard(task.pipeline));
}
