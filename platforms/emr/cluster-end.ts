import type { Cluster } from '@aws-sdk/client-emr';

/** States of a cluster that takes steps, now or in a moment. */
export const LIVE_STATES = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING'] as const;

/** True for a cluster that takes steps. */
export function isLive({ Status: status }: Cluster): boolean {
  return LIVE_STATES.some((state) => state === status?.State);
}

const NO_CAPACITY = /insufficient.{0,20}capacity|capacity.{0,40}(?:not available|unavailable)|INSUFFICIENT_CAPACITY/i;
const NO_QUOTA = /quota|vcpu limit|(?:instance|request) ?limit|exceeds? .{0,40}limit/i;

/**
 * Why a cluster ended, in the words that the rules know: EC2's code for missing capacity or quota, `launch-failed` for a cluster that can
 * never start as it is described, `lost` for one that ended while a step was there. Null for one that lives.
 */
export function clusterEnd(cluster: Cluster): string | null {
  if (isLive(cluster)) return null;
  const { StateChangeReason: reason, ErrorDetails: errors = [] } = cluster.Status ?? {};
  const said = [
    ...new Set([reason?.Message, ...errors.map(({ ErrorMessage: message }) => message)].filter((text) => text)),
  ].join('; ');
  const codes = errors.map(({ ErrorCode: code }) => code ?? '').join(' ');
  const text = `the cluster ${cluster.Id ?? ''} ended: ${reason?.Code ?? 'no reason given'}: ${said}`;
  if (NO_CAPACITY.test(`${said} ${codes}`)) return `InsufficientInstanceCapacity: ${text}`;
  if (NO_QUOTA.test(said)) return `ServiceQuotaExceeded: ${text}`;
  switch (reason?.Code) {
    case 'BOOTSTRAP_FAILURE':
    case 'VALIDATION_ERROR':
      return `launch-failed: ${text}`;
    default:
      return `lost: ${text}`;
  }
}
