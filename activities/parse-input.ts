import { JsonObject } from '../contracts/json.js';
import { parseInput as parseBySchema } from '../settings/input-errors.js';
import type { ActivityContext } from './context.js';
import { loadPipeline } from './find-stage.js';

/** The input of a run as it came: from the command line, a schedule or the form of the Temporal UI, which may be empty. */
export interface InputRequest {
  readonly pipeline: string;
  readonly input: unknown;
  /** When a schedule meant the run to start, if one started it; ISO 8601. */
  readonly scheduledFor: string | null;
  readonly startedAt: string;
}

/**
 * Local activity: checks a run's input and fills in every default. The answer stands in history, so that changed defaults of a
 * later release cannot change a running run. The data date is the input's, else the schedule's day (UTC), else the day of the start.
 */
export function parseInput(context: ActivityContext) {
  return ({ pipeline, input, scheduledFor, startedAt }: InputRequest): Promise<JsonObject> => {
    const schema = loadPipeline(context, pipeline).input;
    const params = JsonObject.parse(parseBySchema(schema, input ?? {}, `input of ${pipeline}`));
    if (!Object.hasOwn(schema.shape, 'dataDate')) return Promise.resolve(params);
    return Promise.resolve({ ...params, dataDate: params['dataDate'] ?? (scheduledFor ?? startedAt).slice(0, 10) });
  };
}
