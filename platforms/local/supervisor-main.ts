import { appendFileSync, readFileSync } from 'node:fs';
import { JobFolder } from './job-folder.js';
import { supervise } from './supervise.js';

// The program of a supervisor: waits for a job's folder on its standard input, then answers for that job. Its imports are few and
// small because a job may wait for its start. No folder comes when the process that started it ends first.
const path = readFileSync(0, 'utf8');
if (path !== '') {
  const folder = JobFolder.at(path);
  try {
    await supervise(folder);
  } catch (error) {
    appendFileSync(
      folder.supervisorLogPath,
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
process.exit(); // signal handlers must not hold a finished supervisor
