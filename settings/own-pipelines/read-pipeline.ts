import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';
import type { OwnPipeline } from '../../contracts/pipelines/own.js';
import type { StageDefinition } from '../../contracts/stage.js';
import { parseInput, wrongInput } from '../input-errors.js';

/** Looks at what it is and not at its class: the user's zod may be another copy. */
const ObjectSchema = z.custom<z.ZodObject>(
  (value) => z.object({ _zod: z.object({ def: z.object({ type: z.literal('object') }) }) }).safeParse(value).success,
  'an object schema, as z.strictObject({ ... })',
);

const Stage = z.custom<StageDefinition>(
  (value) =>
    z
      .object({
        name: z.string(),
        job: z.object({ entry: z.string() }),
        params: ObjectSchema,
        output: ObjectSchema,
        sizeFor: z.function(),
      })
      .safeParse(value).success,
  'what defineStage({ ... }) gives',
);

/** The default export of a pipeline file. */
const Definition = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]{0,62}$/, 'letters and digits, a small letter first: the name of its exported workflow'),
  summary: z.string().min(1),
  input: ObjectSchema,
  stages: z.record(z.string(), Stage),
});

/**
 * Loads a compiled pipeline file and checks its default export.
 * @param file the source, for messages and as the place that job entries are relative to
 * @throws {TemperedError} `WRONG_INPUT` that names the source and the field
 */
export async function readPipeline(file: string, compiledPath: string): Promise<OwnPipeline> {
  const { default: exported } = await importFrom(file, compiledPath);
  if (exported === undefined)
    throw new TemperedError('WRONG_INPUT', `${file}: it has no default export; allowed is a pipeline`, {
      advice: 'export default { name, summary, input, stages } as const satisfies Pipeline',
    });
  const pipeline = parseInput(Definition, exported, file);
  for (const [key, { name, job }] of Object.entries(pipeline.stages)) {
    if (key !== name)
      throw wrongInput(file, [{ field: `stages.${key}`, found: `a stage named "${name}"`, allowed: `"${key}"` }]);
    const entry = join(dirname(file), job.entry);
    if (!existsSync(entry))
      throw wrongInput(file, [
        { field: `stages.${key}.job.entry`, found: `"${job.entry}"`, allowed: `a program; ${entry} does not exist` },
      ]);
  }
  return pipeline;
}

async function importFrom(file: string, compiledPath: string): Promise<{ readonly default?: unknown }> {
  process.setSourceMapsEnabled(true); // an error names the line that the user wrote
  try {
    return (await import(pathToFileURL(compiledPath).href)) as { readonly default?: unknown };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const at = error.stack?.split('\n').find((line) => line.includes(`${file}:`)) ?? '';
    const place = `${file}${/(:\d+)?:\d+(?=\)?$)/.exec(at)?.[0] ?? ''}`;
    throw new TemperedError('WRONG_INPUT', `${place}: it cannot be loaded: ${error.message}`, {}, { cause });
  }
}
