import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelRef } from '../../contracts/refs.js';

const Claim = z.strictObject({ name: z.string(), model: ModelRef });
const Started = z.object({ pid: z.int().positive() });
const Ready = z.object({ pid: z.int().positive(), port: z.int().positive() });
const Failed = z.object({ reason: z.string() });

/** As much of a server's log as a person reads. */
const TAIL_CHARACTERS = 2_000;

/** What the folder of an endpoint holds. `jobs/serve/server_state.py` writes the last three. */
export class EndpointFolder {
  readonly path: string;

  constructor(endpointsFolder: string, name: string) {
    this.path = join(endpointsFolder, name);
  }

  /** Whose endpoint it is: written once, before anything else. */
  get claimPath(): string {
    return join(this.path, 'endpoint.json');
  }

  /** The process that was started last. */
  get startedPath(): string {
    return join(this.path, 'started.json');
  }

  get logPath(): string {
    return join(this.path, 'server.log');
  }

  get modelPath(): string {
    return join(this.path, 'model');
  }

  findClaim(): z.infer<typeof Claim> | undefined {
    return read(this.claimPath, Claim);
  }

  /** Pids of the process that was started, and of the one that won the folder; they differ after a double start. */
  pids(): readonly number[] {
    const found = [read(join(this.path, 'server.json'), Started), read(this.startedPath, Started)];
    return [...new Set(found.flatMap((entry) => (entry ? [entry.pid] : [])))];
  }

  findReady(): z.infer<typeof Ready> | undefined {
    return read(join(this.path, 'ready.json'), Ready);
  }

  findFailure(): string | undefined {
    return read(join(this.path, 'failed.json'), Failed)?.reason;
  }

  logTail(): string {
    return existsSync(this.logPath) ? readFileSync(this.logPath, 'utf8').slice(-TAIL_CHARACTERS).trim() : '';
  }
}

/** A file that is absent, or that another process is just replacing by nothing, says nothing. */
function read<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (existsSync(path)) throw error;
    return undefined;
  }
}
