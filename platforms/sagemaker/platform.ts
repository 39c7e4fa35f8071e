import type { SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { RemotePlaces } from '../aws/remote-places.js';
import { RemotePlatform } from '../aws/remote-platform.js';
import { SageMakerService } from './service.js';

/** Jobs as training and processing jobs of SageMaker. */
export function openSageMaker(profile: SageMakerProfile, places: RemotePlaces): RemotePlatform {
  return new RemotePlatform(new SageMakerService({ aws: places.aws, profile, storage: places.storage }), places);
}
