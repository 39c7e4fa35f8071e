import type { EmrProfile } from '../../contracts/platform-profiles.js';
import type { SentField } from '../aws/aws-call.js';

/** What a new cluster is described with, in terms of tempered.json. */
export function sentFields({ create }: EmrProfile, instanceType: string): readonly SentField[] {
  if (!create) return [];
  const { releaseLabel, instanceProfile, serviceRole, subnetId } = create;
  return [
    {
      field: 'emr.create.releaseLabel',
      found: releaseLabel,
      allowed: 'a release that EMR has there: aws emr list-release-labels',
    },
    {
      field: 'emr.instanceTypes',
      found: instanceType,
      allowed: `a type that EMR rents for its release: aws emr list-supported-instance-types --release-label ${releaseLabel}`,
    },
    {
      field: 'emr.create.instanceProfile',
      found: instanceProfile,
      allowed: 'an instance profile of the account: aws iam list-instance-profiles',
    },
    {
      field: 'emr.create.serviceRole',
      found: serviceRole,
      allowed: 'a role that elasticmapreduce.amazonaws.com may assume',
    },
    ...(subnetId === undefined
      ? []
      : [{ field: 'emr.create.subnetId', found: subnetId, allowed: 'a subnet of the region' }]),
  ];
}
