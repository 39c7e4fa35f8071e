import type { CreateEndpointConfigInput, CreateModelInput } from '@aws-sdk/client-sagemaker';
import type { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import { tagsOf, vpcOf } from '../../platforms/sagemaker/job-request.js';
import { folderContainer } from '../../platforms/sagemaker/model-container.js';
import type { EndpointSpec } from '../endpoint-host.js';

/** The only variant of an endpoint of ours. */
const VARIANT = 'all';

/** What the parts of an endpoint are made from. */
export interface EndpointPlan {
  readonly spec: EndpointSpec;
  readonly aws: AwsProfile;
  readonly profile: SageMakerProfile;
}

/** The model server with the stored model's folder at `/opt/ml/model`. The image's `serve` command is the server. */
export function modelRequest({ spec, aws, profile }: EndpointPlan): CreateModelInput {
  return {
    ModelName: spec.name,
    ExecutionRoleArn: profile.role,
    PrimaryContainer: folderContainer(spec.model, profile),
    Tags: tagsOf(aws, { 'tempered:endpoint': spec.name }),
    ...(profile.subnets.length > 0 && { VpcConfig: vpcOf(profile) }),
  };
}

/** One machine of the profile's type with that model. */
export function configRequest({ spec, aws, profile }: EndpointPlan): CreateEndpointConfigInput {
  type Variant = NonNullable<CreateEndpointConfigInput['ProductionVariants']>[number];
  return {
    EndpointConfigName: spec.name,
    ProductionVariants: [
      {
        VariantName: VARIANT,
        ModelName: spec.name,
        InstanceType: profile.endpointInstanceType as NonNullable<Variant['InstanceType']>,
        InitialInstanceCount: 1,
        InitialVariantWeight: 1,
      },
    ],
    Tags: tagsOf(aws, { 'tempered:endpoint': spec.name }),
  };
}
