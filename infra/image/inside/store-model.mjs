// Runs inside of the image: trains a small model, stores it as `salary`, and imports rows for it. Prints where they are.
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';

const [folder, rows] = process.argv.slice(2);
const ours = (module) => import(`/opt/tempered/dist/${module}.js`);
const { loadProfile } = await ours('settings/profile');
const { openStorageOf } = await ours('storage/index');
const { importPath } = await ours('storage/import');
const { storeModel } = await ours('storage/store-model');

const PROGRAM = `
import sys
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq
from test.samples.models import FEATURES, employees, saved_model

folder, rows = Path(sys.argv[1]), int(sys.argv[2])
saved_model("lightgbm-text", folder / "model")
table = employees(rows, seed=11)
people = {"id": range(rows), **{feature.name: table[feature.name] for feature in FEATURES}}
pq.write_table(pa.table({name: pa.array(values) for name, values in people.items()}), folder / "people.parquet")
`;
execFileSync('python3', ['-c', PROGRAM, folder, rows]);

const storage = openStorageOf(loadProfile());
const stagedUri = `${storage.root}/_work/check/model`;
const files = [];
for (const path of (await readdir(`${folder}/model`)).sort()) {
  files.push({ path, ...(await storage.copyIn(`${folder}/model/${path}`, `${stagedUri}/${path}`)) });
}
const who = { stage: 'store', stageKey: 'check', workflowId: 'check', runId: 'check', jobKey: 'check', inputs: {} };
const model = await storeModel(storage, {
  ...{ name: 'salary', files, stagedUri, candidateSha256: 'c'.repeat(64) },
  provenance: { ...who, publishedAt: '2026-01-01T00:00:00.000Z' },
});
const dataset = await importPath(storage, `${folder}/people.parquet`);
process.stdout.write(JSON.stringify({ version: model.sha256, dataset: dataset.uri }));
