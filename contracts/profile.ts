import { z } from 'zod';
import {
  AwsProfile,
  EmrProfile,
  EmrServerlessProfile,
  RayClusterProfile,
  SageMakerProfile,
} from './platform-profiles.js';
import { PolicyName } from './policy.js';
import { ByteSize } from './resources.js';

/** How long a job may run without progress, as durations (`90s`, `10 minutes`): when it is idle, and however busy it is. */
const deadlines = { idleDeadline: z.string().optional(), progressDeadline: z.string().optional() };

const StageOverride = z.strictObject({
  platform: z.string().optional(),
  memory: ByteSize.optional(),
  maxMemory: ByteSize.optional(),
  cpus: z.number().positive().optional(),
  ...deadlines,
});

/** One nightly (or other) start of a pipeline. */
export const ScheduleEntry = z.strictObject({
  workflow: z.string(),
  cron: z.string().min(1),
  timezone: z.string().default('UTC'),
  input: z.record(z.string(), z.json()).default({}),
  paused: z.boolean().default(false),
  jitter: z.string().optional(),
});
export type ScheduleEntry = Readonly<z.infer<typeof ScheduleEntry>>;

/**
 * `tempered.json`: where data lives, where jobs run, how large, and when. An absent file is the embedded platform with its defaults.
 * Paths are relative to the file.
 */
export const Profile = z.strictObject({
  $schema: z.string().optional(),
  storage: z.strictObject({ root: z.string().min(1).optional() }).default({}),
  inputFolders: z.array(z.string().min(1)).default([]),
  /** Files of pipelines of one's own, as `./rain/pipeline.ts`. */
  pipelines: z.array(z.string().min(1)).default([]),
  platform: z.string().default('local'),
  local: z.strictObject({ memoryBudget: ByteSize.optional(), cpus: z.number().positive().optional() }).default({}),
  /** What all platforms on AWS share. A platform is there when its own section is. */
  aws: AwsProfile.optional(),
  emr: EmrProfile.optional(),
  emrServerless: EmrServerlessProfile.optional(),
  sagemaker: SageMakerProfile.optional(),
  rayCluster: RayClusterProfile.optional(),
  /** Which platform hosts endpoints: `local` or `sagemaker`. */
  endpoints: z.enum(['local', 'sagemaker']).default('local'),
  recovery: z.strictObject({ policy: PolicyName.default('ladder') }).default({ policy: 'ladder' }),
  /** File of prices in place of ours, as `./prices.json`; its shape is that of costs/prices.json. */
  prices: z.string().min(1).optional(),
  ...deadlines,
  stages: z.record(z.string(), StageOverride).default({}),
  schedules: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), ScheduleEntry).default({}),
});
export type Profile = Readonly<z.infer<typeof Profile>>;
