import type { Cluster, Step } from '@aws-sdk/client-emr';
import type { ServiceState } from '../aws/remote-service.js';
import { secondsBetween } from '../aws/seconds-between.js';
import { clusterEnd } from './cluster-end.js';

/** True for a step of which the cluster's own end may say more: it ended, and not by itself. */
export function mayHaveDiedWithCluster(step: Step | undefined): boolean {
  const state = step?.Status?.State;
  return state === 'CANCELLED' || state === 'FAILED' || state === 'INTERRUPTED';
}

/** What else EMR knows of the end of a step. */
export interface StepSurroundings {
  /** What {@link mayHaveDiedWithCluster} asks for. */
  readonly cluster?: Cluster | undefined;
  /** Machines of the cluster that went while the step ran; undefined where nobody has looked. */
  readonly lostMachines?: readonly string[] | undefined;
}

/** A step in the words of all services. */
export function stepState(
  stepId: string,
  step: Step | undefined,
  { cluster, lostMachines }: StepSurroundings = {},
): ServiceState {
  const { State: state, StateChangeReason: change, FailureDetails: failure, Timeline: times } = step?.Status ?? {};
  const hasLog = times?.StartDateTime !== undefined;
  const seconds = secondsBetween(times?.StartDateTime, times?.EndDateTime);
  const over = { seconds, ...(times?.EndDateTime && { endedAt: times.EndDateTime }) };
  const end = cluster && clusterEnd(cluster);
  switch (state) {
    case 'PENDING':
      return { kind: 'queued', message: 'the step waits for the cluster' };
    case 'RUNNING':
      return { kind: 'running', isStopping: false };
    case 'CANCEL_PENDING':
      return { kind: 'running', isStopping: true };
    case 'COMPLETED':
      return { kind: 'succeeded', ...over };
    case 'CANCELLED':
      if (end) return { kind: 'failed', ...over, reason: end, exitCode: null, hasLog };
      return { kind: 'stopped', ...over, reason: change?.Message ?? null };
    case 'INTERRUPTED':
      return { kind: 'failed', ...over, reason: end ?? 'lost: the step was interrupted', exitCode: null, hasLog };
    case 'FAILED': {
      const said = [failure?.Reason, failure?.Message ?? change?.Message].filter(saysSomething).join(': ');
      const reason = said === '' ? (end ?? null) : said;
      // A step that is cancelled, or that goes with its cluster, is told as such. Left are its own end, and the kernel's.
      const isUnasked = cluster !== undefined && end === null && lostMachines?.length === 0;
      return { kind: 'failed', ...over, reason, exitCode: null, hasLog, ...(isUnasked && { unasked: true }) };
    }
    case undefined:
      return { kind: 'absent', message: `the service says nothing about the step ${stepId}` };
  }
}

/** EMR's word for not knowing is no reason: the log is read. */
function saysSomething(text: string | undefined): boolean {
  return text !== undefined && text !== '' && !/^unknown error\.?$/i.test(text);
}
