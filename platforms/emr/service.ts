import { TemperedError } from '../../contracts/failure.js';
import type { Offer } from '../../contracts/offer.js';
import { faultOf, wordsOf } from '../aws/aws-fault.js';
import { consoleUrl, s3FolderUrl } from '../aws/console.js';
import type { LogReader } from '../job-log.js';
import type { FoundLog, ReadLog, RemoteJob, RemoteService, ServiceState } from '../aws/remote-service.js';
import type { Requirement } from '../aws/requirement.js';
import { retryThrottled } from '../aws/retry-throttled.js';
import { lastBytes, S3Logs } from '../aws/s3-logs.js';
import { checkCluster } from './check-cluster.js';
import { checkRelease } from './check-release.js';
import { isLive } from './cluster-end.js';
import { Clusters, type ClustersOptions } from './clusters.js';
import { emrOffer, instanceTypeFor } from './sizes.js';
import { stepConfig } from './step-config.js';
import { stepExitCode } from './step-exit.js';
import { mayHaveDiedWithCluster, stepState } from './step-state.js';

/** Clusters that end while a step is on its way to them, one after the other. */
const MOST_CLUSTERS = 3;

/** The end of a controller's log, which tells how the step's process exited. */
const CONTROLLER_BYTES = 4 * 1024;

/** EMR's words for a cluster that takes no steps any more. */
const SHUTTING_DOWN = /shutting down|terminating|finished may not be modified/i;

/** Of a step, in the order in which they are read. */
const LOG_FILES = ['stdout.gz', 'stderr.gz'];

const NO_LOGS = 'the cluster of this step writes no logs into S3\n';

/** Steps of EMR clusters. The id of a job is `<cluster>/<step>`. */
export class EmrService implements RemoteService {
  readonly name = 'emr';
  readonly evidenceEngine = 'emr';
  readonly offer: Offer;
  readonly engines = ['spark', 'python'] as const;
  readonly startsOnce = false;
  /** EMR archives logs every five minutes. */
  readonly logDelayMs = 6 * 60_000;
  readonly logDelivery = 'EMR brings what a step prints to S3 every five minutes, and after its end';
  readonly #clusters: Clusters;
  readonly #logs: S3Logs;
  /** Where each cluster logs; null for one that does not. */
  readonly #logUris = new Map<string, string | null>();

  constructor(private readonly options: ClustersOptions) {
    this.offer = emrOffer(options.profile.instanceTypes, options.profile.executors);
    this.#clusters = new Clusters(options);
    this.#logs = new S3Logs(options.aws);
  }

  requirements(): readonly Requirement[] {
    const { emr, profile } = this.options;
    const { clusterId } = profile;
    if (clusterId === undefined) {
      return [{ name: 'EMR release', look: () => checkRelease(emr, profile) }, ...this.#logs.requirements()];
    }
    return [
      {
        name: `EMR cluster ${clusterId}`,
        look: () =>
          emr.call(
            { action: `look at the cluster ${clusterId}`, fields: { subject: 'emr.clusterId' } },
            async ({ sdk, client }) => {
              const { Cluster: cluster } = await client.send(new sdk.DescribeClusterCommand({ ClusterId: clusterId }));
              return checkCluster(clusterId, cluster ?? {});
            },
          ),
      },
    ];
  }

  async start(job: RemoteJob): Promise<string> {
    const { profile } = this.options;
    const instanceType = instanceTypeFor(profile.instanceTypes, job.spec.resources);
    for (let attempt = 1; ; attempt += 1) {
      const clusterId = await this.#clusters.open(instanceType);
      try {
        return `${clusterId}/${await this.#add(clusterId, job)}`;
      } catch (error) {
        // A made cluster ended between the look and the step: the next one is made. One that is given is somebody else's to start.
        const isOver = error instanceof TemperedError && SHUTTING_DOWN.test(wordsOf(error.cause));
        if (!isOver || profile.clusterId !== undefined || attempt === MOST_CLUSTERS) throw error;
      }
    }
  }

  async find(name: string, since: Date): Promise<string | undefined> {
    for (const clusterId of await this.#clusters.findAll()) {
      const stepId = await this.#findStep(clusterId, name, since);
      if (stepId !== undefined) return `${clusterId}/${stepId}`;
    }
    return undefined;
  }

  async describe(id: string): Promise<ServiceState> {
    const { clusterId, stepId } = partsOf(id);
    const step = await this.options.emr.call({ action: `ask for the step ${id}` }, async ({ sdk, client }) => {
      try {
        const command = new sdk.DescribeStepCommand({ ClusterId: clusterId, StepId: stepId });
        return (await client.send(command)).Step;
      } catch (error) {
        if (faultOf(error) !== 'absent') throw error;
        return null;
      }
    });
    if (step === null) return { kind: 'absent', message: `the cluster ${clusterId} knows no step ${stepId}` };
    if (!mayHaveDiedWithCluster(step)) return stepState(stepId, step);
    const cluster = await this.#clusters.describe(clusterId);
    const since = step?.Status?.Timeline?.StartDateTime;
    const lostMachines =
      since && isLive(cluster) ? await this.#clusters.machinesLostSince(clusterId, since) : undefined;
    return stepState(stepId, step, { cluster, lostMachines });
  }

  /** Ends the process of the step; the driver is one of it, and what it has on the cluster ends with it. */
  async cancel(id: string): Promise<void> {
    const { clusterId, stepId } = partsOf(id);
    await this.options.emr.call({ action: `cancel the step ${id}` }, async ({ sdk, client }) => {
      try {
        await client.send(
          new sdk.CancelStepsCommand({
            ClusterId: clusterId,
            StepIds: [stepId],
            StepCancellationOption: 'TERMINATE_PROCESS',
          }),
        );
      } catch (error) {
        if (!['absent', 'invalid'].includes(faultOf(error))) throw error; // the cluster is over, and the step with it
      }
    });
  }

  /** What the step wrote to stdout, then to stderr: its process is the driver. Both are brought while it runs, too, and then lack its last words. */
  async findLog(id: string, bytes: number): Promise<FoundLog | null> {
    const folder = await this.#logFolderOf(id);
    if (folder === null) return { text: NO_LOGS, isWhole: true };
    const controllerCode = await this.#exitByController(folder);
    const stderr = await this.#logs.findTail(`${folder}/stderr.gz`, bytes);
    if (stderr === null) return null;
    const stdout = (await this.#logs.findTail(`${folder}/stdout.gz`, bytes)) ?? '';
    const exitCode = stepExitCode(stderr) ?? controllerCode;
    const text = lastBytes(stdout + stderr, bytes);
    return exitCode === null ? { text, isWhole: false } : { text, isWhole: true, exitCode };
  }

  /**
   * What the primary node tells of the step's process, where that could not tell its end itself. Asked for before the step's own files are
   * read: they are brought together, so those that are read after this are whole when it knows an end.
   */
  async #exitByController(folder: string): Promise<number | null> {
    return stepExitCode((await this.#logs.findTail(`${folder}/controller.gz`, CONTROLLER_BYTES)) ?? '');
  }

  async readLog(id: string, reader: LogReader, endedAt: Date | null): Promise<ReadLog> {
    const folder = await this.#logFolderOf(id);
    if (folder === null) {
      if (reader.from[NO_LOGS] === undefined) reader.take(Buffer.from(NO_LOGS));
      return { position: { [NO_LOGS]: { bytes: NO_LOGS.length, tag: null } }, isWhole: true };
    }
    const hasEnd = endedAt !== null && (await this.#exitByController(folder)) !== null;
    const { position, writtenAt } = await this.#logs.readOn(folder, LOG_FILES, reader);
    const isWhole = hasEnd || (endedAt !== null && writtenAt !== null && writtenAt >= endedAt);
    return { position, isWhole };
  }

  async logPlaces(id: string): Promise<readonly string[]> {
    const { region } = this.options.aws;
    const folder = await this.#logFolderOf(id);
    const cluster = consoleUrl(region, 'emr/home', `#/clusterDetails/${partsOf(id).clusterId}`);
    return folder === null ? [cluster] : [`${folder}/`, s3FolderUrl(region, folder), cluster];
  }

  #add(clusterId: string, job: RemoteJob): Promise<string> {
    const { profile, emr } = this.options;
    const fields = { subject: profile.clusterId === undefined ? 'emr.create' : 'emr.clusterId' };
    return emr.call({ action: `start ${job.spec.stage} on EMR`, fields }, async ({ sdk, once }) => {
      const command = new sdk.AddJobFlowStepsCommand({ JobFlowId: clusterId, Steps: [stepConfig(job, profile)] });
      const { StepIds: [stepId = ''] = [] } = await retryThrottled(() => once.send(command));
      return stepId;
    });
  }

  /** Steps come newest first, so the search ends at the first that is older. */
  #findStep(clusterId: string, name: string, since: Date): Promise<string | undefined> {
    return this.options.emr.call({ action: `look for the step ${name}` }, async ({ sdk, client }) => {
      for await (const page of sdk.paginateListSteps({ client }, { ClusterId: clusterId })) {
        const steps = page.Steps ?? [];
        const found = steps.find((step) => step.Name === name);
        if (found?.Id !== undefined) return found.Id;
        const oldestMs = steps.at(-1)?.Status?.Timeline?.CreationDateTime?.getTime() ?? 0;
        if (oldestMs < since.getTime()) return undefined;
      }
      return undefined;
    });
  }

  /** Where the cluster of a step puts its log; null for one that keeps none. */
  async #logFolderOf(id: string): Promise<string | null> {
    const { clusterId, stepId } = partsOf(id);
    const logUri = await this.#logUriOf(clusterId);
    return logUri && `${logUri}/${clusterId}/steps/${stepId}`;
  }

  async #logUriOf(clusterId: string): Promise<string | null> {
    const known = this.#logUris.get(clusterId);
    if (known !== undefined) return known;
    const { LogUri: uri } = await this.#clusters.describe(clusterId);
    const found = uri === undefined || uri === '' ? null : uri.replace(/^s3[an]:/, 's3:').replace(/\/+$/, '');
    this.#logUris.set(clusterId, found);
    return found;
  }
}

function partsOf(id: string): { readonly clusterId: string; readonly stepId: string } {
  const [clusterId = '', stepId = ''] = id.split('/');
  return { clusterId, stepId };
}
