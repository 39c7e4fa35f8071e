import { setTimeout as sleep } from 'node:timers/promises';
import { awaitEnding, type RunEnding } from '../runs/run-ending.js';
import type { Temporal } from '../temporal/connect.js';
import { finalSnapshot, findSnapshot } from './snapshot.js';
import type { RunView } from './view.js';

/** How often a run is asked how far it is. A job itself reports every two seconds. */
const ASK_EVERY_MS = 500;

/** What to follow, where to show it, and when to let go. */
export interface Following {
  readonly runId: string;
  readonly view: RunView;
  readonly detach: AbortSignal;
}

/** Shows a run until it is over; undefined when the watcher lets go first, which does nothing to the run. */
export async function followRun(
  temporal: Temporal,
  { runId, view, detach }: Following,
): Promise<RunEnding | undefined> {
  const ended = new AbortController();
  const ending = awaitEnding(temporal, runId).finally(() => {
    ended.abort();
  });
  const stop = AbortSignal.any([ended.signal, detach]);
  const asking = keepAsking(temporal, { runId, view, stop });
  try {
    const first = await Promise.race([ending, aborted(detach)]);
    await asking;
    if (first === undefined) {
      ending.catch(() => undefined); // nobody waits for it any more; closing the connection ends it
      return undefined;
    }
    const last = finalSnapshot(first) ?? (await findSnapshot(temporal, runId));
    if (last) view.update(last);
    return first;
  } finally {
    await view.close();
  }
}

async function keepAsking(
  temporal: Temporal,
  { runId, view, stop }: { readonly runId: string; readonly view: RunView; readonly stop: AbortSignal },
): Promise<void> {
  const pause = () => sleep(ASK_EVERY_MS, true, { signal: stop }).catch(() => false); // woken early: it is over
  while (await pause()) {
    const snapshot = await findSnapshot(temporal, runId);
    if (snapshot) view.update(snapshot);
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const done = () => {
      resolve(undefined);
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
