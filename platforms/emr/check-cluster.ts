import type { Cluster } from '@aws-sdk/client-emr';
import { TemperedError } from '../../contracts/failure.js';
import type { Reservation } from '../aws/requirement.js';
import { clusterEnd } from './cluster-end.js';

/**
 * Says whether a cluster that the profile names can run our jobs.
 * @throws {TemperedError} `WRONG_INPUT` when it cannot
 */
export function checkCluster(id: string, cluster: Cluster): string | Reservation {
  const {
    Status: status,
    ReleaseLabel: release = 'release unknown',
    Applications: applications,
    LogUri: logs,
  } = cluster;
  const end = clusterEnd(cluster);
  if (end !== null)
    throw wrong(`${id} takes no jobs: ${end}`, 'name a cluster that runs, or let one be created: emr.create');
  if (applications?.every(({ Name: name }) => name !== 'Spark') === true) {
    throw wrong(`the cluster ${id} has no Spark`, 'name a cluster that was made with Spark');
  }
  const found = `${status?.State?.toLowerCase() ?? 'state unknown'}, ${release}`;
  if (logs) return found;
  return { found, remedy: 'it writes no logs into S3, so a failure has no log to read: make it with a log URI' };
}

function wrong(message: string, advice: string): TemperedError {
  return new TemperedError('WRONG_INPUT', message, { field: 'emr.clusterId', advice });
}
