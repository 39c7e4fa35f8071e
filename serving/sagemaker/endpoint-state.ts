import type { DescribeEndpointOutput } from '@aws-sdk/client-sagemaker';
import type { EndpointState } from '../endpoint-host.js';

/** True when nothing may be done to an endpoint, not even its removal. */
export function isChanging({ EndpointStatus: status }: Partial<DescribeEndpointOutput>): boolean {
  return status === 'Creating' || status === 'Updating' || status === 'SystemUpdating' || status === 'RollingBack';
}

/** An endpoint in the words of all hosts. It has no URL that a plain request could use: every request is signed. */
export function endpointState(endpoint: Partial<DescribeEndpointOutput>): EndpointState {
  const { EndpointStatus: status = 'unknown', FailureReason: reason } = endpoint;
  if (isChanging(endpoint)) return { kind: 'creating', message: `the endpoint is ${status.toLowerCase()}` };
  if (status === 'InService') return { kind: 'in-service', url: null };
  return { kind: 'failed', reason: reason ?? `the endpoint is ${status.toLowerCase()}` };
}
