// Runs inside of the image: prepares a job that generates rows as for SageMaker, and prints what SageMaker would be asked for.
const [root, rows] = process.argv.slice(2);
const ours = (module) => import(`/opt/tempered/dist/${module}.js`);
const { AwsProfile, SageMakerProfile } = await ours('contracts/platform-profiles');
const { INSTANCE_TYPES } = await ours('contracts/instance-types');
const { uploadCode } = await ours('platforms/remote/code-bundle');
const { processingRequest } = await ours('platforms/sagemaker/job-request');
const { layout } = await ours('storage/layout');
const { openStorage } = await ours('storage/index');

const region = process.env.AWS_REGION;
const storage = openStorage(root, [], { region });
const key = 'check/generate-1a2b3c4d-a1';
const type = INSTANCE_TYPES.get('ml.m5.large');
const work = {
  stage: 'generate',
  resources: { memoryBytes: type.memoryGib * 2 ** 30, cpus: type.cpus, diskBytes: 2 ** 30 },
  settings: { concurrency: 0, batchRows: 250_000 },
};
const spec = { ...work, key, engine: 'python', entry: 'jobs/python/generate.py', jobDirUri: layout.work(storage, key) };
const jobUri = `${spec.jobDirUri}/job.json`;
const params = {
  rows: Number(rows),
  dataset: 'described',
  seed: 42,
  dataDate: '2026-01-01',
  chunkRows: 5_000_000,
  csv: false,
};
const scratch = layout.scratch(storage, 'generate', '1a2b3c4d');
const output = `${spec.jobDirUri}/output`;
await storage.write(
  jobUri,
  JSON.stringify({ ...work, version: 1, jobKey: key, params, inputs: {}, output, scratch, salvage: 'chunks' }),
);
const request = processingRequest({
  job: {
    spec,
    name: 'check',
    code: await uploadCode(storage, '/opt/tempered', spec.entry),
    jobUri,
    alive: () => undefined,
  },
  type,
  aws: AwsProfile.parse({ region }),
  profile: SageMakerProfile.parse({ role: 'arn:aws:iam::123456789012:role/jobs', image: 'check' }),
});
process.stdout.write(JSON.stringify({ request, resultKey: `${spec.jobDirUri}/_result.json`.slice(`${root}/`.length) }));
