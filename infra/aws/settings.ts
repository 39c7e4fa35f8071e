import { z } from 'zod';

const Cidr = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/, 'an IPv4 range of /16 to /24, as 10.20.0.0/16');

const ReleaseLabel = z
  .string()
  .regex(/^emr(-spark)?-\d+\.\d+\.\d+$/, 'a release, as emr-7.13.0')
  .default('emr-7.13.0');

/**
 * What differs from one account to another: `cdk deploy -c tempered='{"name": "tempered-eu"}'`, or the key `tempered` of cdk.json's context.
 * Sizes are caps: nothing here costs money while no run uses it, but for the VPC endpoints, the NAT gateway and the workers.
 */
export const DeploymentSettings = z.strictObject({
  /** Begins the names of all that is made; two deployments of one account need two. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,20}$/, 'at most 21 lower-case letters, digits and hyphens, a letter first')
    .default('tempered'),
  vpcCidr: Cidr.default('10.20.0.0/16'),
  availabilityZones: z.int().min(2).max(3).default(2),
  /** Needed when the Temporal server is outside the VPC; the workers then reach it through a NAT gateway. */
  natGateways: z.int().min(0).max(3).default(1),
  /** Host and port of the Temporal frontend. */
  temporalAddress: z
    .string()
    .regex(/^[a-z0-9.-]+:\d{2,5}$/, 'host:port, as eu.api.temporal.io:7233')
    .default('temporal.internal:7233'),
  temporalNamespace: z.string().min(1).default('default'),
  /** Tasks of the workers: one may die if there are two. None at the first deployment, which makes the secret that they need. */
  workers: z.int().min(0).default(2),
  /** Who hears of alarms and of the budget. */
  alarmEmail: z.email().default('alarms@example.com'),
  monthlyBudgetUsd: z.int().min(1).default(200),
  emrServerless: z
    .strictObject({
      releaseLabel: ReleaseLabel,
      maxVcpu: z.int().min(4).default(64),
      maxMemoryGb: z.int().min(16).default(256),
      maxDiskGb: z.int().min(100).default(1000),
      idleMinutes: z.int().min(1).max(10_080).default(15),
    })
    .prefault({}),
  /** A cluster for jobs that are better off on one; left out, none is made. */
  emrCluster: z
    .strictObject({
      releaseLabel: ReleaseLabel,
      instanceType: z.string().min(1).default('m6i.xlarge'),
      minNodes: z.int().min(1).default(1),
      maxNodes: z.int().min(1).default(8),
      idleMinutes: z.int().min(1).max(10_080).default(30),
    })
    .refine(({ minNodes, maxNodes }) => minNodes <= maxNodes, { path: ['maxNodes'], error: 'at least minNodes' })
    .optional(),
  /** Names of people who get a notebook. */
  notebookUsers: z.array(z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)).default(['analyst']),
});
export type DeploymentSettings = Readonly<z.infer<typeof DeploymentSettings>>;

/**
 * Reads the settings from a context value, an object or JSON text.
 * @throws Error naming each field, what was found and what is allowed
 */
export function parseSettings(value: unknown): DeploymentSettings {
  const parsed = DeploymentSettings.safeParse(typeof value === 'string' ? fromJson(value) : (value ?? {}));
  if (parsed.success) return parsed.data;
  throw new Error(`the context value "tempered" is wrong:\n${z.prettifyError(parsed.error)}`);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`the context value "tempered" is not JSON: ${text}`, { cause });
  }
}
