import { TemperedError } from '../../contracts/failure.js';
import { isRecord } from '../../contracts/json.js';
import { findPipeline, type Pipeline, type Pipelines } from '../../contracts/pipelines/index.js';
import { quote } from '../../settings/allowed.js';
import { fieldSchemaOf } from '../../settings/field-schema.js';
import { parseInput, unknownName, wrongInput } from '../../settings/input-errors.js';
import { readJsonFile } from '../../settings/json-file.js';
import { setValues } from './set-values.js';

/** How a person gives an input: a file, then single values on top of it. */
export interface InputSource {
  readonly file?: string;
  readonly set: readonly string[];
}

/**
 * Builds and checks the input of a pipeline. Only what was given is returned, without defaults: those are filled in when the run
 * starts, and stand in its history.
 * @throws {TemperedError} `WRONG_INPUT` that lists every problem
 */
export function buildInput(
  name: string,
  { input: schema }: Pipeline,
  { file, set }: InputSource,
): Readonly<Record<string, unknown>> {
  const given = file === undefined ? {} : readJsonFile(file);
  if (!isRecord(given)) {
    throw new TemperedError(
      'WRONG_INPUT',
      `${file ?? 'input'}: found ${quote(given)}, allowed is an object { "field": value }`,
    );
  }
  const input = setValues(given, set, fieldSchemaOf(schema));
  parseInput(schema, input, `input of ${name}`);
  return input;
}

/** @throws {TemperedError} `WRONG_INPUT` that names the pipelines and the nearest one */
export function loadPipelineName(pipelines: Pipelines, name: string): string {
  if (findPipeline(pipelines, name)) return name;
  throw wrongInput('start-workflow', [unknownName('pipeline', name, Object.keys(pipelines))]);
}
