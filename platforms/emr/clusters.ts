import { createHash } from 'node:crypto';
import type { Cluster, RunJobFlowInput } from '@aws-sdk/client-emr';
import { TemperedError } from '../../contracts/failure.js';
import { canonicalJson } from '../../contracts/json.js';
import type { AwsProfile, EmrProfile } from '../../contracts/platform-profiles.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { faultOf } from '../aws/aws-fault.js';
import { RemoteJobFolder } from '../remote/remote-job-folder.js';
import { retryThrottled } from '../aws/retry-throttled.js';
import { startOnce } from '../aws/start-once.js';
import { isLive, LIVE_STATES } from './cluster-end.js';
import type { EmrCaller } from './emr-client.js';
import { sentFields } from './sent-fields.js';

/** Where clusters come from. */
export interface ClustersOptions {
  readonly emr: EmrCaller;
  readonly aws: AwsProfile;
  readonly profile: EmrProfile;
  readonly storage: Storage;
  readonly logsUri: string;
  readonly claimMs?: number | undefined;
}

/** Digits of a cluster's generation, so that names sort as numbers do. */
const GENERATION_DIGITS = 6;

/**
 * The clusters that steps run on: the one that the profile names, else one that is made for it. The name of a made one is a hash of its
 * description, so that all workers with one profile share it; each generation of it is claimed in the storage, so that two workers that
 * find none do not make two.
 */
export class Clusters {
  constructor(private readonly options: ClustersOptions) {}

  /** A cluster that takes steps, made if need be. @returns its id */
  async open(instanceType: string): Promise<string> {
    const { clusterId } = this.options.profile;
    if (clusterId !== undefined) return clusterId;
    const name = this.#nameOf(instanceType);
    const [running] = await this.#live([name]);
    if (running !== undefined) return running;
    for (let generation = await this.#lastGeneration(name); ; generation += 1) {
      const id = await this.#openGeneration(name, instanceType, generation);
      if (isLive(await this.describe(id))) return id;
    }
  }

  /** The clusters that a step of ours can be on. */
  async findAll(): Promise<readonly string[]> {
    const { clusterId, instanceTypes } = this.options.profile;
    return clusterId === undefined ? this.#live(instanceTypes.map((type) => this.#nameOf(type))) : [clusterId];
  }

  describe(clusterId: string): Promise<Cluster> {
    return this.options.emr.call({ action: `ask for the cluster ${clusterId}` }, async ({ sdk, client }) => {
      const { Cluster: found } = await client.send(new sdk.DescribeClusterCommand({ ClusterId: clusterId }));
      return found ?? {};
    });
  }

  /** Machines of a cluster that have ended since, whoever took them: EC2, a scaling policy, or a person. @returns undefined where that may not be asked */
  machinesLostSince(clusterId: string, since: Date): Promise<readonly string[] | undefined> {
    return this.options.emr.call({ action: `list the machines of ${clusterId}` }, async ({ sdk, client }) => {
      const lost: string[] = [];
      const request = { ClusterId: clusterId, InstanceStates: ['TERMINATED' as const] };
      try {
        for await (const page of sdk.paginateListInstances({ client }, request)) {
          for (const { Ec2InstanceId: id = '', Status: status } of page.Instances ?? []) {
            if ((status?.Timeline?.EndDateTime?.getTime() ?? Infinity) >= since.getTime()) lost.push(id);
          }
        }
      } catch (error) {
        if (faultOf(error) === 'denied') return undefined; // a role of before; the verdict is then less sure
        throw error;
      }
      return lost;
    });
  }

  /** Live clusters with one of these names, the oldest first: every worker picks the same. */
  #live(names: readonly string[]): Promise<readonly string[]> {
    return this.options.emr.call({ action: 'list the clusters' }, async ({ sdk, client }) => {
      const found: { readonly id: string; readonly createdMs: number }[] = [];
      for await (const page of sdk.paginateListClusters({ client }, { ClusterStates: [...LIVE_STATES] })) {
        for (const { Id: id, Name: name, Status: status } of page.Clusters ?? []) {
          const createdMs = status?.Timeline?.CreationDateTime?.getTime() ?? 0;
          if (id !== undefined && name !== undefined && names.includes(name)) found.push({ id, createdMs });
        }
      }
      return found.sort((one, other) => one.createdMs - other.createdMs).map(({ id }) => id);
    });
  }

  async #openGeneration(name: string, instanceType: string, generation: number): Promise<string> {
    const { storage, claimMs } = this.options;
    const key = `${familyKey(name)}/${String(generation).padStart(GENERATION_DIGITS, '0')}`;
    const folder = new RemoteJobFolder(storage, key);
    const known = await folder.findSubmitted();
    if (known !== undefined) return known;
    const id = await startOnce({
      folder,
      start: () => this.#make(name, instanceType),
      find: async () => (await this.#live([name]))[0],
      claimMs,
    });
    return folder.noteSubmitted(id);
  }

  async #lastGeneration(name: string): Promise<number> {
    const { storage } = this.options;
    const [last] = await storage.list(layout.work(storage, familyKey(name)), 1);
    return last === undefined ? 1 : Number(last.name);
  }

  #make(name: string, instanceType: string): Promise<string> {
    const sent = sentFields(this.options.profile, instanceType);
    const fields = { subject: 'emr.create', role: 'emr.create.serviceRole', sent };
    return this.options.emr.call({ action: 'create a cluster', fields }, async ({ sdk, once }) => {
      const request = this.#description(name, instanceType);
      const { JobFlowId: id = '' } = await retryThrottled(() => once.send(new sdk.RunJobFlowCommand(request)));
      return id;
    });
  }

  #description(name: string, instanceType: string): RunJobFlowInput {
    const { profile, aws, logsUri } = this.options;
    const { create } = profile;
    if (!create) {
      throw new TemperedError('WRONG_INPUT', 'emr names no cluster and does not say how to create one', {
        field: 'emr',
        advice: 'set emr.clusterId or emr.create in tempered.json',
      });
    }
    const group = { InstanceType: instanceType } as const;
    return {
      Name: name,
      ReleaseLabel: create.releaseLabel,
      Applications: [{ Name: 'Spark' }],
      LogUri: `${logsUri}/`,
      ServiceRole: create.serviceRole,
      JobFlowRole: create.instanceProfile,
      Instances: {
        InstanceGroups: [
          { ...group, InstanceRole: 'MASTER', InstanceCount: 1 },
          { ...group, InstanceRole: 'CORE', InstanceCount: create.coreNodes },
        ],
        ...(create.subnetId !== undefined && { Ec2SubnetId: create.subnetId }),
        KeepJobFlowAliveWhenNoSteps: true, // for the next step; the policy ends it
      },
      AutoTerminationPolicy: { IdleTimeout: create.idleMinutes * 60 },
      StepConcurrencyLevel: create.concurrentSteps,
      VisibleToAllUsers: true,
      Tags: Object.entries({ ...aws.tags, 'tempered:cluster': name }).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  #nameOf(instanceType: string): string {
    const described = canonicalJson(JSON.parse(JSON.stringify(this.#description('', instanceType))));
    return `tempered-${createHash('sha256').update(described).digest('hex').slice(0, 16)}`;
  }
}

/** Where the generations of a cluster are claimed, beside the folders of jobs. */
function familyKey(name: string): string {
  return `_clusters/${name}`;
}
