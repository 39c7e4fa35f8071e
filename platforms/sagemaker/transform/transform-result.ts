import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TemperedError } from '../../../contracts/failure.js';
import { JOB_FILES, type JobFile, type JobResult } from '../../../contracts/job.js';
import type { Column, ManifestFile } from '../../../contracts/manifest.js';
import { dataFiles } from '../../../storage/data-files.js';
import { readFooter } from '../../../storage/parquet-footer.js';
import { parquetColumns } from '../../../storage/parquet-schema.js';
import type { Storage } from '../../../storage/storage.js';
import { childUri } from '../../../storage/uri.js';
import { piecesOf } from './model-archive.js';
import { planTransform, type TransformPlan } from './transform-plan.js';
import { answerTo, transformPlaces } from './transform-request.js';

/** Folder of the predictions in the job's output, as the job `predict` names it. */
const PREDICTIONS = 'predictions';

/** A transform job that has succeeded. */
export interface Transformed {
  readonly job: JobFile;
  readonly jobDirUri: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** One answer, checked and in its place. */
interface Placed {
  readonly file: ManifestFile & { readonly rows: number };
  readonly columns: readonly Column[];
}

/**
 * Says for a transform job that has succeeded what it leaves, as a job says it itself: the answers go to the job's output under the names of their
 * files, hashed on the way, and `_result.json` comes last. Doing it again, also after a crash at any point, gives the same.
 * @throws {TemperedError} `CONTRACT_BROKEN` naming the file that has no answer, or one with other rows
 */
export async function writeResult(storage: Storage, { job, jobDirUri, ...worked }: Transformed): Promise<void> {
  const resultUri = childUri(jobDirUri, JOB_FILES.result);
  if ((await storage.stat(resultUri)) !== undefined) return;
  const plan = await planTransform(storage, job);
  const outputUri = childUri(job.output, PREDICTIONS);
  const placed = await placeAll(storage, plan, { answersUri: transformPlaces(jobDirUri).answers, outputUri });
  const rows = placed.reduce((sum, { file }) => sum + file.rows, 0);
  const [first] = placed;
  const result: JobResult = {
    outputs: {
      predictions: {
        kind: 'dataset',
        path: PREDICTIONS,
        files: placed.map(({ file }) => file),
        rows,
        schema: [...(first?.columns ?? [])],
      },
    },
    values: {},
    rowsIn: plan.dataset.rows,
    rowsOut: rows,
    rowsRejected: 0,
    metrics: {},
    peakBytes: 0, // nobody sees inside of the service's container
    salvaged: null,
    engine: 'python',
    versions: {},
    startedAt: worked.startedAt.toISOString(),
    endedAt: worked.endedAt.toISOString(),
  };
  await storage.write(resultUri, `${JSON.stringify(result, null, 1)}\n`);
}

async function placeAll(
  storage: Storage,
  { files }: TransformPlan,
  { answersUri, outputUri }: { readonly answersUri: string; readonly outputUri: string },
): Promise<readonly Placed[]> {
  const answers = await dataFiles(storage, answersUri);
  const placed: Placed[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'tempered-answers-'));
  try {
    for (const source of files) {
      // The service puts answers into folders of its own choice below the place that it was told.
      const name = answerTo(source.path);
      const found =
        answers.find((answer) => answer.path === name) ?? answers.find((answer) => answer.path.endsWith(`/${name}`));
      if (!found) throw broken(source.path, 'no answer', `${name} below ${answersUri}`);
      const answerUri = childUri(answersUri, found.path);
      const columns = await columnsOf(storage, answerUri, source);
      const local = path.join(folder, 'answer');
      await pipeline(piecesOf(storage, answerUri), createWriteStream(local));
      const target = childUri(outputUri, source.path);
      const copied = await storage.copyIn(local, target);
      placed.push({ file: { path: source.path, ...copied, rows: source.rows ?? 0 }, columns });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return placed;
}

/** The columns of an answer that has a row for each of its file's. */
async function columnsOf(storage: Storage, answerUri: string, source: ManifestFile): Promise<readonly Column[]> {
  const footer = await readFooter(await storage.open(answerUri));
  if (footer.kind === 'broken') throw broken(source.path, footer.why, 'a Parquet file of predictions');
  if (footer.rows !== source.rows) {
    throw broken(source.path, `${String(footer.rows)} predictions`, `${String(source.rows)}, one a row`);
  }
  return parquetColumns(footer.metadata);
}

function broken(file: string, found: string, expected: string): TemperedError {
  return new TemperedError('CONTRACT_BROKEN', `the transform job: ${file}: found ${found}, expected ${expected}`, {
    file,
    found,
    expected,
  });
}
