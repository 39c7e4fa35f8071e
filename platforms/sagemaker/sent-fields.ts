import { ALLOWED_INSTANCE_TYPES } from '../../contracts/instance-types.js';
import type { SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { SentField } from '../aws/aws-call.js';

/** What jobs and endpoints are described with, in terms of tempered.json. */
export function sentFields(profile: SageMakerProfile, jobInstanceType?: string): readonly SentField[] {
  const { image, endpointInstanceType, subnets, securityGroups } = profile;
  const type =
    jobInstanceType === undefined
      ? {
          field: 'sagemaker.endpointInstanceType',
          found: endpointInstanceType,
          allowed: 'an instance type of endpoints in that region, as ml.m6i.large',
        }
      : {
          field: 'sagemaker.instanceTypes',
          found: jobInstanceType,
          allowed: `${ALLOWED_INSTANCE_TYPES}, that the region has`,
        };
  return [
    type,
    { field: 'sagemaker.image', found: image, allowed: 'an image in a registry of that region' },
    ...subnets.map((found) => ({ field: 'sagemaker.subnets', found, allowed: 'subnets of that region' })),
    ...securityGroups.map((found) => ({
      field: 'sagemaker.securityGroups',
      found,
      allowed: 'security groups of the network of sagemaker.subnets',
    })),
  ];
}
