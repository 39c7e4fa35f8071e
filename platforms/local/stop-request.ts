import type { StopReason } from '../../contracts/stop-reason.js';
import type { JobFolder } from './job-folder.js';

/** Tells a supervisor that its job shall stop: SIGTERM rings, `stop.json` says why. */
export class StopRequest {
  readonly #folder: JobFolder;
  #rung = false;
  #ring: () => void = () => undefined;
  /** Settles once a stop is asked for. */
  readonly asked: Promise<void>;

  private constructor(folder: JobFolder) {
    this.#folder = folder;
    this.asked = new Promise((resolve) => {
      this.#ring = resolve;
    });
  }

  /** Listens to this process's SIGTERM; without a `stop.json` it means that the machine shuts down. */
  static listen(folder: JobFolder): StopRequest {
    const request = new StopRequest(folder);
    const ring = () => {
      request.#rung = true;
      request.#ring();
    };
    process.on('SIGTERM', ring);
    process.on('SIGHUP', () => undefined); // the terminal that started us may go
    if (folder.findStopRequest() !== null) ring();
    return request;
  }

  get reason(): StopReason | null {
    return this.#rung ? (this.#folder.findStopRequest() ?? 'shutdown') : null;
  }
}
