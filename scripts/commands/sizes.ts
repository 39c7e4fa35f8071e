import { formatBytes } from '../../contracts/bytes.js';
import type { SizeRecord } from '../../contracts/size-record.js';
import type { FirstSize } from '../../recovery/first-size.js';
import { unknownName, wrongInput } from '../../settings/input-errors.js';
import { loadProject } from '../../settings/project.js';
import { openStorageOf } from '../../storage/index.js';
import { newestSizeRecords, stagesWithSizes } from '../../storage/size-records.js';
import { formatCount } from '../format.js';
import type { Answer } from '../io.js';
import { openPlatforms } from '../../platforms/index.js';
import { nextSize, stagesOf } from '../sizes/next-size.js';
import { table } from '../table.js';

/** Which records to go by. */
export interface SizesOptions {
  /** Only runs submitted from here on: a day or a moment, in UTC unless it says otherwise. */
  readonly since?: string;
}

interface StageSizes {
  readonly stage: string;
  readonly runs: number;
  readonly newest: SizeRecord;
  readonly next: FirstSize | null;
  readonly records: readonly SizeRecord[];
}

/** `tempered sizes [STAGE]`: what runs of each stage needed, and what the next one would start with. */
export async function sizes(stage: string | undefined, { since }: SizesOptions): Promise<Answer> {
  const project = await loadProject();
  const fromMs = since === undefined ? -Infinity : parseMoment(since);
  const storage = openStorageOf(project);
  const stages = await stagesWithSizes(storage);
  const platforms = openPlatforms(project, storage);
  const known = [...new Set([...stagesOf(project).keys(), ...stages])];
  if (stage !== undefined && !known.includes(stage)) throw wrongInput('STAGE', [unknownName('stage', stage, known)]);
  const shown: StageSizes[] = [];
  for (const name of stage === undefined ? stages : [stage]) {
    const records = (await newestSizeRecords(storage, name)).filter(({ at }) => Date.parse(at) >= fromMs);
    const [newest, ...older] = records;
    if (!newest) continue;
    const next = nextSize(project, platforms, [newest, ...older]);
    shown.push({ stage: name, runs: records.length, newest, next, records });
  }
  const document = { stages: shown.map(({ newest: _newest, ...rest }) => rest) };
  if (shown.length === 0) return { document, text: noneText(stage, since) };
  const [only] = shown;
  return { document, text: stage === undefined || !only ? overview(shown) : history(only) };
}

function parseMoment(text: string): number {
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment)) {
    const allowed = 'a day or a moment, as 2026-11-20 or 2026-11-20T22:00:00Z';
    throw wrongInput('sizes', [{ field: '--since', found: JSON.stringify(text), allowed }]);
  }
  return moment;
}

function noneText(stage: string | undefined, since: string | undefined): string {
  const of = stage === undefined ? '' : ` of ${stage}`;
  const from = since === undefined ? 'yet' : `since ${since}`;
  return `no sizes${of} were learned ${from}: runs start with the stage's own guess`;
}

function overview(stages: readonly StageSizes[]): string {
  const heading = ['stage', 'runs', 'last rows', 'peak', 'limit', 'attempts', 'next', 'why'];
  const rows = stages.map(({ stage, runs, newest, next }) => [
    stage,
    formatCount(runs),
    ...measured(newest),
    next === null ? '' : formatBytes(next.first.memoryBytes),
    next?.because ?? 'this release has no such stage or platform',
  ]);
  return table([heading, ...rows], [1, 2, 3, 4, 5, 6]);
}

/** The runs of one stage, newest first, and what they come to. */
function history({ newest, next, records }: StageSizes): string {
  const heading = ['submitted', 'rows', 'peak', 'limit', 'attempts', 'too small', 'levers'];
  const rows = records.map((record) => [
    record.at.replace(/\.\d+Z$/, 'Z'),
    ...measured(record),
    record.tooSmall.map(({ memoryBytes }) => formatBytes(memoryBytes)).join(', '),
    Object.entries(record.settings)
      .filter(([name, value]) => record.ownSettings[name] !== value)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' '),
  ]);
  const size = next === null ? 'not known' : `${formatBytes(next.first.memoryBytes)}: ${next.because}`;
  return `${table([heading, ...rows], [1, 2, 3, 4])}\nnext   with ${formatCount(newest.rows)} rows ${size}`;
}

function measured({ rows, peakBytes, memoryBytes, attempts }: SizeRecord): readonly string[] {
  return [
    formatCount(rows),
    peakBytes === null ? '' : formatBytes(peakBytes),
    memoryBytes === null ? 'gave up' : formatBytes(memoryBytes),
    String(attempts),
  ];
}
