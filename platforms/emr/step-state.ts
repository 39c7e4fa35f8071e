import type { Cluster, Step } from '@aws-sdk/client-emr';
import type { ServiceState } from '../aws/remote-service.js';
import { clusterEnd } from './cluster-end.js';

/** True for a step of which the cluster's own end may say more: it ended, and not by itself. */
export function mayHaveDiedWithCluster(step: Step | undefined): boolean {
  const state = step?.Status?.State;
  return state === 'CANCELLED' || state === 'FAILED' || state === 'INTERRUPTED';
}

/**
 * A step in the words of all services.
 * @param cluster what {@link mayHaveDiedWithCluster} asks for
 */
export function stepState(stepId: string, step: Step | undefined, cluster?: Cluster): ServiceState {
  const { State: state, StateChangeReason: change, FailureDetails: failure, Timeline: times } = step?.Status ?? {};
  const hasLog = times?.StartDateTime !== undefined;
  const seconds = secondsBetween(times?.StartDateTime, times?.EndDateTime);
  const end = cluster && clusterEnd(cluster);
  switch (state) {
    case 'PENDING':
      return { kind: 'queued', message: 'the step waits for the cluster' };
    case 'RUNNING':
      return { kind: 'running', isStopping: false };
    case 'CANCEL_PENDING':
      return { kind: 'running', isStopping: true };
    case 'COMPLETED':
      return { kind: 'succeeded', seconds };
    case 'CANCELLED':
      if (end) return { kind: 'failed', seconds, reason: end, exitCode: null, hasLog };
      return { kind: 'stopped', seconds, reason: change?.Message ?? null };
    case 'INTERRUPTED':
      return { kind: 'failed', seconds, reason: end ?? 'lost: the step was interrupted', exitCode: null, hasLog };
    case 'FAILED': {
      const said = [failure?.Reason, failure?.Message ?? change?.Message].filter(saysSomething).join(': ');
      return { kind: 'failed', seconds, reason: said === '' ? (end ?? null) : said, exitCode: null, hasLog };
    }
    case undefined:
      return { kind: 'absent', message: `the service says nothing about the step ${stepId}` };
  }
}

/** EMR's word for not knowing is no reason: the log is read. */
function saysSomething(text: string | undefined): boolean {
  return text !== undefined && text !== '' && !/^unknown error\.?$/i.test(text);
}

function secondsBetween(from: Date | undefined, to: Date | undefined): number {
  return from && to ? Math.max(0, (to.getTime() - from.getTime()) / 1000) : 0;
}
