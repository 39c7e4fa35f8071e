import type { Resources, Settings } from '../../contracts/resources.js';

/** What a job's program is started from. */
export interface LaunchSpec {
  /** Absolute path of the program. */
  readonly entryPath: string;
  /** URI of `job.json`: the program's only argument. */
  readonly jobUri: string;
  readonly resources: Resources;
  readonly settings: Settings;
  /** Folder of the Python environment. */
  readonly venv: string;
  /** Class-data-sharing archive that shortens Spark's start; null when none was built. */
  readonly archivePath: string | null;
  /** Empty folder on the disk of the job's output, removed when the job is over. */
  readonly scratchDir: string;
}

/** How a job is started on one machine: the command, and what its environment needs beyond the usual. */
export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
