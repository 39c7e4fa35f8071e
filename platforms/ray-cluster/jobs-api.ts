import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';

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

/** What is asked of Ray: names and units are those of its API. */
export interface RaySubmission {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly runtime_env: { readonly env_vars: Readonly<Record<string, string>> };
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of a node's `memory` resource. */
  readonly entrypoint_memory: number;
  readonly entrypoint_num_cpus: number;
}

const Logs = z.object({ logs: z.string() });

/** A head that is there answers within milliseconds; one that is starting keeps a request waiting for its agent. */
const REQUEST_TIMEOUT_MS = 30_000;

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
    const response = await this.#request('GET', `/api/jobs/${submissionId}`);
    if (response.status === 404) return undefined;
    return this.#parse(response, RayJob);
  }

  /** False when Ray has a job of that id already, or may have: it answers that, too, with 500. */
  async submit(submission: RaySubmission): Promise<boolean> {
    const response = await this.#request('POST', '/api/jobs/', submission);
    if (response.ok) return true;
    const said = lastLine(await response.text());
    if (response.status >= 500 && said.includes('already exists')) return false;
    if (response.status === 400) {
      throw new TemperedError('WRONG_INPUT', `the Ray cluster at ${this.address} refuses the job: ${said}`, {
        address: this.address,
      });
    }
    throw this.#unavailable(`answers ${String(response.status)}: ${said}`);
  }

  /** Asks for a stop; false when nobody knows the job. */
  async stop(submissionId: string): Promise<boolean> {
    const response = await this.#request('POST', `/api/jobs/${submissionId}/stop`);
    if (response.status === 404) return false;
    if (!response.ok) throw this.#unavailable(`answers ${String(response.status)}: ${lastLine(await response.text())}`);
    return true;
  }

  /** All that the job's first process wrote to stdout and stderr, after Ray's own lines; empty when nobody knows the job. */
  async logs(submissionId: string): Promise<string> {
    const response = await this.#request('GET', `/api/jobs/${submissionId}/logs`);
    if (response.status === 404) return '';
    return (await this.#parse(response, Logs)).logs;
  }

  async #parse<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
    const text = await response.text();
    if (!response.ok) throw this.#unavailable(`answers ${String(response.status)}: ${lastLine(text)}`);
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw this.#unavailable('does not answer as the Ray Jobs API does', cause);
    }
  }

  async #request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> {
    const token = process.env['RAY_AUTH_TOKEN'];
    try {
      return await fetch(`${this.address}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (cause) {
      throw this.#unavailable(`cannot be reached (${reasonOf(cause)})`, cause);
    }
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

/** The code beneath the words "fetch failed", as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error instanceof Error ? error.message : String(error);
}

/** Ray answers its own faults with a traceback, whose last line says what happened. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}
