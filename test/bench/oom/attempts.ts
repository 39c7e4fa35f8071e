import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { JobFile } from '../../../contracts/job.js';
import type { Settings } from '../../../contracts/resources.js';
import { JobFolder } from '../../../platforms/local/job-folder.js';

/** What one attempt really was, read from what the platform and the job left behind, not from what recovery says of it. */
export interface MeasuredAttempt {
  readonly number: number;
  readonly memoryBytes: number;
  readonly settings: Settings;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly verdict: string;
  /** The memory that it died of; null when it did not. */
  readonly region: string | null;
  /** Units of work that this attempt finished; empty for a job without units. */
  readonly unitsDone: readonly string[];
  /** Units that it had begun and not finished when it ended. */
  readonly unitsCut: readonly string[];
}

const Ended = z.object({ phase: z.literal('ended'), seconds: z.number() });
const Outcome = z.object({
  kind: z.string(),
  verdict: z.object({ kind: z.string(), region: z.string().nullable() }).optional(),
});

/** Where the jobs of one stage of one run left their traces. */
export interface JobTraces {
  readonly stateDir: string;
  readonly storageRoot: string;
  /** Job key without the attempt's number. */
  readonly family: string;
}

/** Every attempt that ran, oldest first. */
export async function readAttempts(traces: JobTraces): Promise<readonly MeasuredAttempt[]> {
  const attempts: MeasuredAttempt[] = [];
  for (let number = 1; ; number += 1) {
    const attempt = await readAttempt(traces, number);
    if (attempt === null) return attempts;
    attempts.push(attempt);
  }
}

async function readAttempt(
  { stateDir, storageRoot, family }: JobTraces,
  number: number,
): Promise<MeasuredAttempt | null> {
  const key = `${family}-a${String(number)}`;
  const work = join(fileURLToPath(storageRoot), '_work', key);
  const spec = await readJson(join(work, 'job.json'));
  if (spec === null) return null;
  const { resources, settings } = JobFile.parse(spec);
  const outcome = Outcome.safeParse(await readJson(join(work, '_outcome.json')));
  const statePath = join(JobFolder.of(stateDir, key).path, 'state.json');
  const state = Ended.safeParse(await readJson(statePath));
  const endedAtMs = state.success ? (await stat(statePath)).mtimeMs : Number.NaN;
  const units = await readUnits(join(work, 'units.log'));
  return {
    number,
    memoryBytes: resources.memoryBytes,
    settings,
    startedAtMs: endedAtMs - (state.success ? state.data.seconds * 1000 : 0),
    endedAtMs,
    verdict: outcome.success ? verdictOf(outcome.data) : 'none',
    region: outcome.success ? (outcome.data.verdict?.region ?? null) : null,
    ...units,
  };
}

function verdictOf({ kind, verdict }: z.infer<typeof Outcome>): string {
  if (!verdict) return kind;
  return verdict.region === null ? verdict.kind : `${verdict.kind} (${verdict.region})`;
}

/** Lines `begin NAME` and `done NAME`, written by the injected code around each unit. */
async function readUnits(path: string): Promise<Pick<MeasuredAttempt, 'unitsDone' | 'unitsCut'>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.split(' '));
  const named = (word: string) => lines.flatMap(([first, name]) => (first === word && name ? [name] : []));
  const done = named('done');
  return { unitsDone: done, unitsCut: [...new Set(named('begin'))].filter((name) => !done.includes(name)) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
