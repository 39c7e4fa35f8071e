import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';
import { messageOf, systemErrorCode } from '../../contracts/system-error.js';
import { sendRequest, type HttpAnswer, type HttpRequest } from './http-request.js';

/** What Ray tells of a submitted job. @see ray/dashboard/modules/job/pydantic_models.py, Ray 2.58 */
export const RayJob = z.object({
  status: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'STOPPED']),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  /** Milliseconds since 1970; of the submit, not of the first step. */
  start_time: z.number().nullish(),
  end_time: z.number().nullish(),
  driver_exit_code: z.int().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type RayJob = Readonly<z.infer<typeof RayJob>>;

/** What Ray gives to a job's processes, on whatever node they run. */
export interface RuntimeEnvironment {
  readonly env_vars?: Readonly<Record<string, string>>;
  /** Of a package: it is unpacked on each node, is the processes' folder, and is where Python imports from. */
  readonly working_dir?: string;
}

/** What is asked of Ray: names and units are those of its API. */
export interface RaySubmission {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly runtime_env: RuntimeEnvironment;
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of a node's `memory` resource. */
  readonly entrypoint_memory: number;
  readonly entrypoint_num_cpus: number;
}

const Logs = z.object({ logs: z.string() });

/** A head that is there answers within milliseconds; one that is starting keeps a request waiting for its agent. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A package of 64 MiB over a slow line. */
const UPLOAD_TIMEOUT_MS = 600_000;

/**
 * The Ray Jobs API over HTTP. A token in `RAY_AUTH_TOKEN` is sent along, as Ray's own client does.
 * Errors: `PLATFORM_UNAVAILABLE`, naming the address, when it does not answer or fails by its own fault; `WRONG_INPUT` when it
 * refuses a submission.
 */
export class RayJobsApi {
  readonly address: string;

  /** @param address of the dashboard, as `http://10.0.0.5:8265` */
  constructor(address: string) {
    this.address = address.replace(/\/+$/, '');
  }

  async find(submissionId: string): Promise<RayJob | undefined> {
    const answer = await this.#send('GET', `/api/jobs/${submissionId}`);
    return answer.status === 404 ? undefined : this.#parse(answer, RayJob);
  }

  /**
   * Asks for a job. Ray answers with 500 when it has one of that id already, but not only then: whoever asked looks whether it is there.
   * @returns null when it took the job, else its words
   */
  async submit(submission: RaySubmission): Promise<string | null> {
    const answer = await this.#send('POST', '/api/jobs/', { body: JSON.stringify(submission) });
    if (isOk(answer)) return null;
    const said = lastLine(answer.text);
    if (answer.status >= 500) return said;
    if (answer.status === 400) {
      throw new TemperedError('WRONG_INPUT', `the Ray cluster at ${this.address} refuses the job: ${said}`, {
        address: this.address,
      });
    }
    throw this.#refused(answer);
  }

  /**
   * Gives the cluster an archive of code unless it has it, by the hash of its content. Ray keeps it while a job names it, and ten minutes
   * from now in any case.
   * @returns its name for a job's `working_dir`
   */
  async keepPackage(sha256: string, archive: Uint8Array): Promise<string> {
    const name = `_ray_pkg_${sha256}.zip`;
    const path = `/api/packages/gcs/${name}`;
    const found = await this.#send('GET', path);
    if (found.status !== 404 && !isOk(found)) throw this.#refused(found);
    if (found.status === 404) {
      const taken = await this.#send('PUT', path, { body: archive, timeoutMs: UPLOAD_TIMEOUT_MS });
      if (!isOk(taken)) throw this.#refused(taken);
    }
    return `gcs://${name}`;
  }

  /** Asks for a stop; false when nobody knows the job. */
  async stop(submissionId: string): Promise<boolean> {
    const answer = await this.#send('POST', `/api/jobs/${submissionId}/stop`);
    if (answer.status === 404) return false;
    if (!isOk(answer)) throw this.#refused(answer);
    return true;
  }

  /** All that the job's first process wrote to stdout and stderr, after Ray's own lines; empty when nobody knows the job. */
  async logs(submissionId: string): Promise<string> {
    const answer = await this.#send('GET', `/api/jobs/${submissionId}/logs`);
    return answer.status === 404 ? '' : this.#parse(answer, Logs).logs;
  }

  #parse<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
    if (!isOk(answer)) throw this.#refused(answer);
    try {
      return schema.parse(JSON.parse(answer.text));
    } catch (cause) {
      throw this.#unavailable('does not answer as the Ray Jobs API does', cause);
    }
  }

  async #send(
    method: HttpRequest['method'],
    path: string,
    { body, timeoutMs = REQUEST_TIMEOUT_MS }: Partial<Pick<HttpRequest, 'body' | 'timeoutMs'>> = {},
  ): Promise<HttpAnswer> {
    const token = process.env['RAY_AUTH_TOKEN'] ?? '';
    try {
      return await sendRequest({
        method,
        url: `${this.address}${path}`,
        headers: {
          ...(typeof body === 'string' && { 'content-type': 'application/json' }),
          ...(token !== '' && { authorization: `Bearer ${token}` }),
        },
        body,
        timeoutMs,
      });
    } catch (cause) {
      throw this.#unavailable(`cannot be reached (${systemErrorCode(cause) ?? messageOf(cause)})`, cause);
    }
  }

  #refused({ status, text }: HttpAnswer): TemperedError {
    return this.#unavailable(`answers ${String(status)}: ${lastLine(text)}`);
  }

  #unavailable(what: string, cause?: unknown): TemperedError {
    return new TemperedError(
      'PLATFORM_UNAVAILABLE',
      `the Ray cluster at ${this.address} ${what}`,
      { address: this.address, advice: 'start it, or correct rayCluster.address in tempered.json' },
      { cause },
    );
  }
}

function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** Ray answers its own faults with a traceback, whose last line says what happened; one inside another ends in a full stop. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => /\w/.test(line));
  return lines.at(-1)?.trim().slice(0, 500) ?? '';
}
