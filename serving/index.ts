import { join } from 'node:path';
import { projectRoot, stateDir } from '../settings/home.js';
import type { Profile } from '../contracts/profile.js';
import type { Storage } from '../storage/storage.js';
import type { EndpointHost } from './endpoint-host.js';
import { LocalEndpoints } from './local/local-endpoints.js';
import type { ModelMirror } from './model-mirror.js';
import { SageMakerModelPackages } from './sagemaker/model-packages.js';
import { SageMakerEndpoints } from './sagemaker/sagemaker-endpoints.js';

/** Every place that can host an endpoint, by name: this machine always, SageMaker when the profile sets it up. A new one is one line here. */
export function openEndpointHosts(
  { aws, sagemaker }: Profile,
  storage: Storage,
): Readonly<Record<string, EndpointHost>> {
  return {
    local: new LocalEndpoints({ folder: join(stateDir(), 'endpoints'), projectRoot, storage }),
    ...(aws && sagemaker && { sagemaker: new SageMakerEndpoints({ aws, profile: sagemaker }) }),
  };
}

/** The registry that follows ours; null unless the profile names one. */
export function openModelMirror({ aws, sagemaker }: Profile): ModelMirror | null {
  const modelPackageGroup = sagemaker?.modelPackageGroup;
  if (!aws || !sagemaker || modelPackageGroup === undefined) return null;
  return new SageMakerModelPackages({ aws, profile: { ...sagemaker, modelPackageGroup } });
}
