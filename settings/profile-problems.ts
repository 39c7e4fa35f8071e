import { BYTES_PATTERN, parseBytes } from '../contracts/bytes.js';
import { findPipeline, type Pipelines } from '../contracts/pipelines/index.js';
import { quote } from './allowed.js';
import { cronProblem } from './cron.js';
import { findDurationMs } from './duration.js';
import { inputProblems, type InputProblem, unknownName } from './input-errors.js';

/**
 * What is wrong with a profile beyond its shape: names that do not exist, times that never come, inputs that their workflow refuses,
 * a cap below its first size. Takes the raw content, so that these stand in the same message as wrong shapes.
 * @param pipelines all that the profile may speak of; null while the user's own are not loaded, which leaves names unchecked
 */
export function profileProblems(content: unknown, pipelines: Pipelines | null): readonly InputProblem[] {
  if (!isRecord(content)) return [];
  const stages = pipelines && Object.values(pipelines).flatMap((pipeline) => Object.keys(pipeline.stages));
  return [
    ...entries(content['stages']).flatMap(([name, entry]) => stageProblems(name, entry, stages)),
    ...entries(content['schedules']).flatMap(([name, entry]) =>
      scheduleProblems(`schedules.${name}`, entry, pipelines),
    ),
  ];
}

function stageProblems(name: string, entry: unknown, stages: readonly string[] | null): readonly InputProblem[] {
  const known = stages && [...new Set(stages)];
  if (known?.includes(name) === false) return [unknownName(`stages.${name}`, name, known)];
  if (!isRecord(entry)) return [];
  const { memory, maxMemory } = entry;
  if (!isSize(memory) || !isSize(maxMemory) || parseBytes(maxMemory) >= parseBytes(memory)) return [];
  return [
    {
      field: `stages.${name}.maxMemory`,
      found: quote(maxMemory),
      allowed: `at least the stage's memory, ${quote(memory)}`,
    },
  ];
}

function scheduleProblems(field: string, entry: unknown, pipelines: Pipelines | null): readonly InputProblem[] {
  if (!isRecord(entry)) return [];
  const { workflow, cron, timezone, jitter, input = {} } = entry;
  const problems: InputProblem[] = [];
  if (typeof cron === 'string' && cron !== '') {
    const problem = cronProblem(cron);
    if (problem !== undefined) problems.push({ field: `${field}.cron`, found: quote(cron), allowed: problem });
  }
  if (typeof timezone === 'string' && !isTimezone(timezone)) {
    problems.push({
      field: `${field}.timezone`,
      found: quote(timezone),
      allowed: 'a time zone as UTC or Europe/Athens',
    });
  }
  if (typeof jitter === 'string' && findDurationMs(jitter) === undefined) {
    problems.push({ field: `${field}.jitter`, found: quote(jitter), allowed: 'a duration as 90s or 10 minutes' });
  }
  if (typeof workflow !== 'string' || pipelines === null) return problems;
  const schema = findPipeline(pipelines, workflow)?.input;
  if (!schema) return [...problems, unknownName(`${field}.workflow`, workflow, Object.keys(pipelines))];
  const parsed = schema.safeParse(input);
  const wrong = parsed.success ? [] : inputProblems(schema, input, parsed.error);
  return [...problems, ...wrong.map((problem) => ({ ...problem, field: inputField(field, problem.field) }))];
}

function inputField(schedule: string, field: string): string {
  return field === '(document)' ? `${schedule}.input` : `${schedule}.input.${field}`;
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the constructor's only way to say no
  }
}

function isSize(value: unknown): value is string {
  return typeof value === 'string' && BYTES_PATTERN.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}
