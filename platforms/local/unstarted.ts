import type { StopReason } from '../../contracts/stop-reason.js';
import type { EndedState } from './state-file.js';

/** The end of a job that never ran, or whose run nobody saw the end of. */
export function unstarted(reason: string | null, stopRequested: StopReason | null): EndedState {
  return { phase: 'ended', exit: null, reason, oomKillDelta: null, peakBytes: null, seconds: 0, stopRequested };
}
