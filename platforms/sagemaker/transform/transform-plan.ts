import { z } from 'zod';
import { formatBytes } from '../../../contracts/bytes.js';
import { TemperedError } from '../../../contracts/failure.js';
import type { JobFile } from '../../../contracts/job.js';
import type { ManifestFile } from '../../../contracts/manifest.js';
import { DatasetRef, ModelRef } from '../../../contracts/refs.js';
import { readManifest } from '../../../storage/snapshots.js';
import type { Storage } from '../../../storage/storage.js';

const MIB = 2 ** 20;

/** The most that a transform job sends at once, over all concurrent requests. @see MaxPayloadInMB */
const MOST_PAYLOAD_MIB = 100;

/** A prediction as a transform job can do it: whole files of a data set, one a request. */
export interface TransformPlan {
  readonly model: ModelRef;
  readonly dataset: DatasetRef;
  readonly files: readonly ManifestFile[];
  /** Of the largest file, rounded up. */
  readonly payloadMib: number;
}

const Predict = z.object({
  inputs: z.object({ model: ModelRef, dataset: DatasetRef }),
  params: z.object({ csv: z.boolean().default(false) }),
});

/**
 * Looks at what a job is asked for, and whether a transform job can do it.
 * @throws {TemperedError} `WRONG_INPUT` naming what it cannot
 */
export async function planTransform(storage: Storage, job: JobFile): Promise<TransformPlan> {
  const parsed = Predict.safeParse(job);
  if (!parsed.success) {
    throw refused(job.stage, `it does not take a model and a data set: ${z.prettifyError(parsed.error)}`);
  }
  const { inputs, params } = parsed.data;
  if (params.csv) throw refused(job.stage, 'it writes no CSV beside the predictions', 'csv');
  const { files } = await readManifest(storage, inputs.dataset.uri);
  const largest = files.reduce((most, file) => (file.bytes > most.bytes ? file : most), { path: '', bytes: 0 });
  if (largest.bytes > MOST_PAYLOAD_MIB * MIB) {
    const size = `${largest.path} of the data set has ${formatBytes(largest.bytes)}`;
    throw refused(job.stage, `${size}, and one request takes ${formatBytes(MOST_PAYLOAD_MIB * MIB)}`, 'dataset');
  }
  return { ...inputs, files, payloadMib: Math.max(1, Math.ceil(largest.bytes / MIB)) };
}

/** Files that are asked about at the same time: as many as the attempt may, and as the service's limit on what is under way allows. */
export function concurrencyOf({ files, payloadMib }: TransformPlan, wanted: number): number {
  return Math.max(1, Math.min(wanted, files.length, Math.floor(MOST_PAYLOAD_MIB / payloadMib)));
}

function refused(stage: string, why: string, field = 'sagemaker.jobs'): TemperedError {
  return new TemperedError('WRONG_INPUT', `a transform job cannot do the stage ${stage}: ${why}`, {
    field,
    advice: `set sagemaker.jobs.${stage} in tempered.json to processing, or leave it out`,
  });
}
