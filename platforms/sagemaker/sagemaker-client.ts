import type * as SageMakerSdk from '@aws-sdk/client-sagemaker';
import type { AwsProfile } from '../../contracts/platform-profiles.js';
import { clientSettings, lazily } from '../aws/client-settings.js';

/** The client of SageMaker and the module that its commands are in. */
export interface SageMaker {
  readonly sdk: typeof SageMakerSdk;
  readonly client: SageMakerSdk.SageMakerClient;
}

/** Gives the client of SageMaker; the SDK is loaded when it is first asked for. */
export function sageMakerClient(aws: AwsProfile): () => Promise<SageMaker> {
  return lazily(async () => {
    const sdk = await import('@aws-sdk/client-sagemaker');
    return { sdk, client: new sdk.SageMakerClient(clientSettings(aws)) };
  });
}
