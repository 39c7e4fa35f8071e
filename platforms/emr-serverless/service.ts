import type * as EmrServerlessSdk from '@aws-sdk/client-emr-serverless';
import type { EMRServerlessClient, GetJobRunResponse } from '@aws-sdk/client-emr-serverless';
import type { AwsProfile, EmrServerlessProfile } from '../../contracts/platform-profiles.js';
import type { Offer } from '../../contracts/offer.js';
import { type AwsCall, callAws } from '../aws/aws-call.js';
import { faultOf } from '../aws/aws-fault.js';
import { clientSettings, lazily } from '../aws/client-settings.js';
import { clientToken } from '../aws/job-name.js';
import { consoleUrl, s3FolderUrl } from '../aws/console.js';
import type { LogReader } from '../job-log.js';
import type { FoundLog, ReadLog, RemoteJob, RemoteService, ServiceState } from '../aws/remote-service.js';
import type { Requirement } from '../aws/requirement.js';
import { lastBytes, S3Logs } from '../aws/s3-logs.js';
import { checkApplication } from './application.js';
import { jobDriver } from './job-driver.js';
import { jobRunState } from './job-run-state.js';
import { emrServerlessOffer } from './sizes.js';

/** Of a driver, in the order in which they are read; the second is there with every job that is over. */
const LOG_FILES = ['stdout.gz', 'stderr.gz'];

const FIELDS = { subject: 'emrServerless.applicationId', role: 'emrServerless.executionRole' } as const;

type Sdk = typeof EmrServerlessSdk;

/** What the service is opened with. */
export interface EmrServerlessOptions {
  readonly aws: AwsProfile;
  readonly profile: EmrServerlessProfile;
  /** Where the service writes its logs, as `s3://bucket/prefix`. */
  readonly logsUri: string;
}

/** Job runs of one EMR Serverless application. */
export class EmrServerlessService implements RemoteService {
  readonly name = 'emr-serverless';
  readonly evidenceEngine = 'emr-serverless';
  readonly offer: Offer;
  readonly engines = ['spark', 'python'] as const;
  readonly startsOnce = true;
  readonly logDelayMs = 120_000;
  readonly logDelivery = 'EMR Serverless brings what the driver prints to S3 when the job run is over';
  readonly #logs: S3Logs;
  readonly #client: () => Promise<{ readonly sdk: Sdk; readonly client: EMRServerlessClient }>;

  constructor(private readonly options: EmrServerlessOptions) {
    this.offer = emrServerlessOffer(options.profile.executors);
    this.#logs = new S3Logs(options.aws);
    this.#client = lazily(async () => {
      const sdk = await import('@aws-sdk/client-emr-serverless');
      return { sdk, client: new sdk.EMRServerlessClient(clientSettings(options.aws)) };
    });
  }

  requirements(): readonly Requirement[] {
    const { applicationId } = this.options.profile;
    return [
      {
        name: `EMR Serverless application ${applicationId}`,
        look: () =>
          this.#call(
            { action: `look at the application ${applicationId}`, fields: FIELDS },
            async ({ sdk, client }) => {
              const { application } = await client.send(new sdk.GetApplicationCommand({ applicationId }));
              return checkApplication(applicationId, application);
            },
          ),
      },
      ...this.#logs.requirements(),
    ];
  }

  start(job: RemoteJob): Promise<string> {
    const { aws, profile, logsUri } = this.options;
    const { spec, name } = job;
    return this.#call({ action: `start ${spec.stage} on EMR Serverless`, fields: FIELDS }, async ({ sdk, client }) => {
      const { jobRunId = '' } = await client.send(
        new sdk.StartJobRunCommand({
          applicationId: profile.applicationId,
          clientToken: clientToken(spec.key),
          name,
          executionRoleArn: profile.executionRole,
          jobDriver: jobDriver(job, profile),
          configurationOverrides: { monitoringConfiguration: { s3MonitoringConfiguration: { logUri: `${logsUri}/` } } },
          executionTimeoutMinutes: profile.timeoutMinutes,
          retryPolicy: { maxAttempts: 1 }, // what follows a failure is decided here, not there
          tags: { ...aws.tags, 'tempered:job': name },
        }),
      );
      return jobRunId;
    });
  }

  find(name: string, since: Date): Promise<string | undefined> {
    const { applicationId } = this.options.profile;
    return this.#call({ action: `look for the job run ${name}` }, async ({ sdk, client }) => {
      const request = { applicationId, createdAtAfter: since };
      for await (const page of sdk.paginateListJobRuns({ client, pageSize: 50 }, request)) {
        const found = page.jobRuns?.find((run) => run.name === name);
        if (found?.id !== undefined) return found.id;
      }
      return undefined;
    });
  }

  describe(jobRunId: string): Promise<ServiceState> {
    const { applicationId } = this.options.profile;
    return this.#call({ action: `ask for the job run ${jobRunId}` }, async ({ sdk, client }) => {
      try {
        const { jobRun }: GetJobRunResponse = await client.send(new sdk.GetJobRunCommand({ applicationId, jobRunId }));
        return jobRunState(jobRunId, jobRun);
      } catch (error) {
        if (faultOf(error) !== 'absent') throw error;
        return { kind: 'absent', message: `the application ${applicationId} knows no job run ${jobRunId}` };
      }
    });
  }

  async cancel(jobRunId: string): Promise<void> {
    const { applicationId } = this.options.profile;
    await this.#call({ action: `cancel the job run ${jobRunId}` }, async ({ sdk, client }) => {
      try {
        await client.send(new sdk.CancelJobRunCommand({ applicationId, jobRunId }));
      } catch (error) {
        if (!['absent', 'conflict', 'invalid'].includes(faultOf(error))) throw error; // it is over already
      }
    });
  }

  /** What the driver wrote to stdout, then to stderr. The service delivers both when the job is over, stderr always. */
  async findLog(jobRunId: string, bytes: number): Promise<FoundLog | null> {
    const folder = this.#logFolderOf(jobRunId);
    const stderr = await this.#logs.findTail(`${folder}/stderr.gz`, bytes);
    if (stderr === null) return null;
    const stdout = (await this.#logs.findTail(`${folder}/stdout.gz`, bytes)) ?? '';
    return { text: lastBytes(stdout + stderr, bytes), isWhole: true };
  }

  async readLog(jobRunId: string, reader: LogReader, endedAt: Date | null): Promise<ReadLog> {
    const { position, writtenAt } = await this.#logs.readOn(this.#logFolderOf(jobRunId), LOG_FILES, reader);
    return { position, isWhole: endedAt !== null && writtenAt !== null };
  }

  logPlaces(jobRunId: string): Promise<readonly string[]> {
    const { region } = this.options.aws;
    const folder = this.#logFolderOf(jobRunId);
    const { applicationId } = this.options.profile;
    const page = consoleUrl(region, 'emr/home', `#/serverless/${applicationId}/${jobRunId}`);
    return Promise.resolve([`${folder}/`, s3FolderUrl(region, folder), page]);
  }

  #logFolderOf(jobRunId: string): string {
    const { profile, logsUri } = this.options;
    return `${logsUri}/applications/${profile.applicationId}/jobs/${jobRunId}/SPARK_DRIVER`;
  }

  async #call<T>(
    call: Omit<AwsCall, 'region'>,
    send: (aws: { readonly sdk: Sdk; readonly client: EMRServerlessClient }) => Promise<T>,
  ): Promise<T> {
    return callAws({ ...call, region: this.options.aws.region }, async () => send(await this.#client()));
  }
}
