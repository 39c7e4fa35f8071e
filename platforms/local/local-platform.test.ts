import { openLocalHarness } from '../../test/contracts/local-harness.js';
import { describePlatformContract } from '../../test/contracts/platform.js';

describePlatformContract('local, limits by the best means there is', () => Promise.resolve(openLocalHarness()));
describePlatformContract('local, limits by sampling', () =>
  Promise.resolve(openLocalHarness({ enforcement: 'sampling' })),
);
