import { BYTES_PATTERN, parseBytes } from '../contracts/bytes.js';
import { isRecord } from '../contracts/json.js';
import { findPipeline, type Pipelines } from '../contracts/pipelines/index.js';
import { quote } from './allowed.js';
import { cronProblem } from './cron.js';
import { findDurationMs } from './duration.js';
import { inputProblems, type InputProblem, unknownName } from './input-errors.js';
import { platformProblems } from './platform-problems.js';

/**
 * What is wrong with a profile beyond its shape: names that do not exist, times that never come, inputs that their workflow refuses,
 * sizes that contradict each other. Takes the raw content, so that these stand in the same message as wrong shapes.
 * @param pipelines all that the profile may speak of; null while the user's own are not loaded, which leaves names unchecked
 */
export function profileProblems(content: unknown, pipelines: Pipelines | null): readonly InputProblem[] {
  if (!isRecord(content)) return [];
  const stages = pipelines && Object.values(pipelines).flatMap((pipeline) => Object.keys(pipeline.stages));
  return [
    ...deadlineProblems('', content),
    ...platformProblems(content),
    ...entries(content['stages']).flatMap(([name, entry]) =>
      stages?.includes(name) === false
        ? [unknownName(`stages.${name}`, name, [...new Set(stages)])]
        : stageProblems(name, entry, content),
    ),
    ...entries(content['schedules']).flatMap(([name, entry]) =>
      scheduleProblems(`schedules.${name}`, entry, pipelines),
    ),
  ];
}

type Raw = Readonly<Record<string, unknown>>;

function stageProblems(name: string, entry: unknown, profile: Raw): readonly InputProblem[] {
  if (!isRecord(entry)) return [];
  const deadlines = deadlineProblems(`stages.${name}.`, entry);
  const { memory, maxMemory } = entry;
  const problems: InputProblem[] = [...deadlines];
  if (isSize(memory) && isSize(maxMemory) && parseBytes(maxMemory) < parseBytes(memory)) {
    const allowed = `at least the stage's memory, ${quote(memory)}`;
    problems.push({ field: `stages.${name}.maxMemory`, found: quote(maxMemory), allowed });
  }
  return [...problems, ...beyondTheMachine(name, entry, profile)];
}

/** What a stage asks of the local platform beyond what the same file gives it. */
function beyondTheMachine(name: string, { platform, memory, cpus }: Raw, profile: Raw): readonly InputProblem[] {
  const { local } = profile;
  if ((platform ?? profile['platform'] ?? 'local') !== 'local' || !isRecord(local)) return [];
  const problems: InputProblem[] = [];
  const { memoryBudget } = local;
  if (isSize(memory) && isSize(memoryBudget) && parseBytes(memory) > parseBytes(memoryBudget)) {
    const allowed = `at most local.memoryBudget, ${quote(memoryBudget)}`;
    problems.push({ field: `stages.${name}.memory`, found: quote(memory), allowed });
  }
  if (typeof cpus === 'number' && typeof local['cpus'] === 'number' && cpus > local['cpus']) {
    const allowed = `at most local.cpus, ${quote(local['cpus'])}`;
    problems.push({ field: `stages.${name}.cpus`, found: quote(cpus), allowed });
  }
  return problems;
}

/** Signs of life come once a second: a job that is judged on fewer than a handful of them is stopped by accident. */
const SHORTEST_DEADLINE = '5s';

function deadlineProblems(prefix: string, entry: Raw): readonly InputProblem[] {
  return ['idleDeadline', 'progressDeadline'].flatMap((name) => {
    const text = entry[name];
    if (typeof text !== 'string') return [];
    const ms = findDurationMs(text);
    if (ms !== undefined && ms >= (findDurationMs(SHORTEST_DEADLINE) ?? 0)) return [];
    const allowed = `a duration of at least ${SHORTEST_DEADLINE}, as 90s or 10 minutes`;
    return [{ field: `${prefix}${name}`, found: quote(text), allowed }];
  });
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

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}
