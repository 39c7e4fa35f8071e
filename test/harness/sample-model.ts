import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ModelRef } from '../../contracts/refs.js';
import { projectRoot } from '../../settings/home.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { storeModel } from '../../storage/store-model.js';
import { childUri } from '../../storage/uri.js';

const PROGRAM =
  'import sys, pathlib\n' +
  'from test.samples.models import saved_model\n' +
  'saved_model("lightgbm-text", pathlib.Path(sys.argv[1]) / "model", int(sys.argv[2]))';

/** What the stage `evaluate` would have measured. */
const METRICS = { mse: 25, rmse: 5, mae: 4, r2: 0.5, explainedVariance: 0.5, bias: 1e-7, smape: 0.1, rows: 100 };

/**
 * Trains a small real model over an employee table and stores it as `salary`.
 * @param seed of its training data: another one is another model
 * @param options.damaged its card promises a prediction that the model does not make
 * @param options.measured its card has metrics, as that of a model that went through the gate
 */
export async function storeSampleModel(
  storage: Storage,
  seed: number,
  options: { readonly damaged?: boolean; readonly measured?: boolean } = {},
): Promise<ModelRef> {
  const folder = await mkdtemp(join(tmpdir(), 'tempered-model-'));
  try {
    await promisify(execFile)(join(projectRoot, '.venv', 'bin', 'python'), ['-c', PROGRAM, folder, String(seed)], {
      env: { ...process.env, PYTHONPATH: projectRoot },
      timeout: 120_000,
    });
    const model = join(folder, 'model');
    if (options.damaged) await breakPromise(join(model, 'model.json'));
    if (options.measured) await addMetrics(join(model, 'model.json'));
    const stagedUri = layout.work(storage, `sample-${String(seed)}/model`);
    const files = [];
    for (const path of (await readdir(model)).sort()) {
      files.push({ path, ...(await storage.copyIn(join(model, path), childUri(stagedUri, path))) });
    }
    const jobKey = `sample-${String(seed)}`;
    const by = { stage: 'store', stageKey: 'k', workflowId: 'w', runId: 'r', jobKey, inputs: {} };
    const provenance = { ...by, publishedAt: new Date().toISOString() };
    return await storeModel(storage, {
      name: 'salary',
      files,
      candidateSha256: 'c'.repeat(64),
      stagedUri,
      provenance,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function addMetrics(cardPath: string): Promise<void> {
  const card = JSON.parse(await readFile(cardPath, 'utf8')) as object;
  await writeFile(cardPath, JSON.stringify({ ...card, metrics: { candidate: METRICS } }));
}

async function breakPromise(cardPath: string): Promise<void> {
  const card = JSON.parse(await readFile(cardPath, 'utf8')) as { golden: { prediction: number }[] };
  const [first] = card.golden;
  if (first) first.prediction += 1;
  await writeFile(cardPath, JSON.stringify(card));
}
