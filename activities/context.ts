import type { Pipeline } from '../contracts/pipelines/index.js';
import type { PriceTable } from '../contracts/price-table.js';
import type { Offer } from '../contracts/offer.js';
import type { Platform } from '../platforms/platform.js';
import type { EndpointHost } from '../serving/endpoint-host.js';
import type { ModelMirror } from '../serving/model-mirror.js';
import type { LoadedProfile } from '../settings/profile.js';
import type { Storage } from '../storage/storage.js';

/** What activities work with; opened once when a worker starts. */
export interface ActivityContext {
  /** Folder that holds `jobs/`: its code is part of every stage key. */
  readonly projectRoot: string;
  /** Every pipeline that this worker can run, by the name of its workflow. */
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly profile: LoadedProfile;
  readonly storage: Storage;
  readonly prices: PriceTable;
  /**
   * What a platform of this profile sells.
   * @throws TemperedError `WRONG_INPUT` for a platform that the profile does not set up
   */
  readonly offerOn: (platform: string) => Offer;
}

/** What the activities of the jobs worker need beside that. */
export interface JobsContext extends ActivityContext {
  readonly platforms: Readonly<Record<string, Platform>>;
  readonly endpointHosts: Readonly<Record<string, EndpointHost>>;
  /** Null unless the profile names one. */
  readonly modelMirror: ModelMirror | null;
}

/** Which run calls: stands in every manifest as its producer. */
export interface RunIdentity {
  readonly workflowId: string;
  readonly runId: string;
}
