import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, JobFile, JobSpec } from '../../contracts/job.js';
import type { Resources } from '../../contracts/resources.js';
import { jobName } from '../../platforms/aws/job-name.js';
import type { JobState } from '../../platforms/platform.js';
import { classify } from '../../recovery/classify.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import type { FakeAws } from '../harness/fake-aws.js';

/** Python, boto3 and our own code start in a container, on a busy machine. */
export const REMOTE_PATIENCE = { withinMs: 100_000, everyMs: 200 };

/** Bodies of a `main(job)`, for jobs that {@link remoteJobs} makes. */
export const NOTHING = 'print("did nothing", flush=True)';
export const RUNS_ON = `
job.progress.update(3, 7, "chunks", "working")
while True:
    time.sleep(1)`;
export const holdsMib = (mib: number): string => `
held = bytearray(b"x") * (${String(mib)} * 2**20)
print("held", len(held), flush=True)`;

/** Writes `job.json` and a program into the storage, and says how the job is submitted. */
export type MakeRemoteJob = (name: string, source: string, change?: Partial<JobSpec>) => Promise<JobSpec>;

/** Where jobs are made. */
export interface RemoteJobsPlace {
  readonly storage: Storage;
  /** On this machine, for their programs. */
  readonly folder: string;
  /** What a job gets that does not ask for more. */
  readonly resources: Resources;
}

/** Makes jobs whose program is a `main(job)` of this body, which ends well unless it raises. */
export function remoteJobs(place: RemoteJobsPlace): MakeRemoteJob {
  const make = remoteScripts(place);
  return (name, main, change) => make(name, program(main, change?.engine ?? 'python'), change);
}

/** Makes jobs whose program is this source, whole. */
export function remoteScripts({ storage, folder, resources }: RemoteJobsPlace): MakeRemoteJob {
  return async (name, source, change = {}) => {
    const key = change.key ?? `test/${name}-1a2b3c4d-a1`;
    const entry = join(folder, `${name}.py`);
    writeFileSync(entry, source);
    const job: JobSpec = {
      key,
      stage: name,
      engine: 'python',
      entry,
      jobDirUri: layout.work(storage, key),
      resources,
      settings: {},
      ...change,
    };
    await storage.write(`${job.jobDirUri}/job.json`, JSON.stringify(jobFile(storage, job)));
    return job;
  };
}

/** How often a job of that name was made at its service, and its program started. */
export async function madeOf(aws: FakeAws, job: JobSpec): Promise<{ readonly made: number; readonly starts: number }> {
  const found = (await aws.jobs()).filter(({ name }) => name === jobName(job.stage, job.key));
  return { made: found.length, starts: found.reduce((sum, { starts }) => sum + starts, 0) };
}

/** What a job died of, in a word; how it is where it did not die. */
export function verdictOf(state: JobState): string {
  return state.kind === 'failed' ? classify(state.evidence).kind : state.kind;
}

function jobFile(storage: Storage, job: JobSpec): JobFile {
  return {
    version: 1,
    jobKey: job.key,
    stage: job.stage,
    params: {},
    inputs: {},
    output: `${job.jobDirUri}/output`,
    scratch: layout.scratch(storage, job.stage, '1a2b3c4d'),
    resources: job.resources,
    settings: job.settings,
    salvage: 'nothing',
  };
}

function program(main: string, engine: Engine): string {
  const body = main
    .trim()
    .split('\n')
    .map((line) => `    ${line}`);
  return [
    'import os, sys, time',
    'from jobs.lib.contract import InvalidInput, Result, run_job',
    'def main(job):',
    ...body,
    '    return Result(outputs={}, rows_in=0, rows_out=0)',
    'if __name__ == "__main__":',
    `    run_job(main, engine="${engine}")`,
    '',
  ].join('\n');
}
