import type { RemoteJob } from './remote-service.js';

/**
 * Arguments of `jobs/remote/bootstrap.py`, which every remote job is started by.
 * @param workDir empty folder on the machine's own disk, for the job's files
 */
export function bootstrapArguments({ code, jobUri }: RemoteJob, workDir: string): string[] {
  return ['--code', code.zipUri, '--entry', code.entry, '--job', jobUri, '--work', workDir];
}
