import type * as LogsSdk from '@aws-sdk/client-cloudwatch-logs';
import type { AwsProfile } from '../../contracts/platform-profiles.js';
import { callAws } from '../aws/aws-call.js';
import { faultOf } from '../aws/aws-fault.js';
import { clientSettings, lazily } from '../aws/client-settings.js';
import type { LogMark, LogPosition, LogReader } from '../job-log.js';
import type { FoundLog } from '../aws/remote-service.js';
import { lastBytes } from '../aws/s3-logs.js';

/** Each host has a log; more of them say the same. */
const MOST_STREAMS = 8;

/** Reads what jobs write to CloudWatch Logs: a stream for each host, `<job>/algo-<host>-<time>`. */
export class JobLogs {
  readonly #client: () => Promise<{ readonly sdk: typeof LogsSdk; readonly logs: LogsSdk.CloudWatchLogsClient }>;

  constructor(private readonly aws: AwsProfile) {
    this.#client = lazily(async () => {
      const sdk = await import('@aws-sdk/client-cloudwatch-logs');
      return { sdk, logs: new sdk.CloudWatchLogsClient(clientSettings(aws)) };
    });
  }

  /**
   * The last `bytes` of a job's log, the hosts sharing them.
   * @param group of the kind of job, as `/aws/sagemaker/TrainingJobs`
   * @returns null while there is none; the service never says that a log is whole, and sends the last lines within seconds
   */
  async findTail(group: string, job: string, bytes: number): Promise<FoundLog | null> {
    return callAws({ action: `read the log of ${job}`, region: this.aws.region }, async () => {
      const names = await this.#streamsOf(group, job);
      if (names.length === 0) return null;
      const share = Math.floor(bytes / names.length);
      const tails = await Promise.all(names.map((name) => this.#tailOf({ group, name }, share)));
      return tails.every((tail) => tail === '') ? null : { text: tails.join(''), isWhole: true };
    });
  }

  /** Gives a reader the lines that have come, host by host. */
  async readOn(group: string, job: string, { from, take }: LogReader): Promise<LogPosition> {
    return callAws({ action: `read the log of ${job}`, region: this.aws.region }, async () => {
      const position: Record<string, LogMark> = { ...from };
      for (const name of await this.#streamsOf(group, job)) {
        position[name] = await this.#readStream({ group, name }, { mark: from[name], take });
      }
      return position;
    });
  }

  async #streamsOf(group: string, job: string): Promise<readonly string[]> {
    const { sdk, logs } = await this.#client();
    try {
      const { logStreams = [] } = await logs.send(
        new sdk.DescribeLogStreamsCommand({
          logGroupName: group,
          logStreamNamePrefix: `${job}/`,
          limit: MOST_STREAMS,
        }),
      );
      return logStreams.flatMap(({ logStreamName }) => logStreamName ?? []);
    } catch (error) {
      if (faultOf(error) === 'absent') return []; // the group comes with the first job's first line
      throw error;
    }
  }

  /** Forwards from the mark, page by page, to the end as it is now. */
  async #readStream(
    stream: { readonly group: string; readonly name: string },
    { mark, take }: { readonly mark: LogMark | undefined; readonly take: LogReader['take'] },
  ): Promise<LogMark> {
    const { sdk, logs } = await this.#client();
    let { bytes, tag } = mark ?? { bytes: 0, tag: null };
    for (;;) {
      const page = await logs.send(
        new sdk.GetLogEventsCommand({
          logGroupName: stream.group,
          logStreamName: stream.name,
          startFromHead: true,
          ...(tag !== null && { nextToken: tag }),
        }),
      );
      const text = Buffer.from((page.events ?? []).map(({ message = '' }) => `${message}\n`).join(''));
      if (text.length > 0) take(text);
      bytes += text.length;
      // The service ends by answering the token that it was asked with.
      const next = page.nextForwardToken ?? tag;
      if (next === tag) return { bytes, tag };
      tag = next;
    }
  }

  /** From the end backwards, page by page, until there are enough. */
  async #tailOf(stream: { readonly group: string; readonly name: string }, bytes: number): Promise<string> {
    const { sdk, logs } = await this.#client();
    let text = '';
    let nextToken: string | undefined;
    for (;;) {
      const page = await logs.send(
        new sdk.GetLogEventsCommand({
          logGroupName: stream.group,
          logStreamName: stream.name,
          startFromHead: false,
          nextToken,
        }),
      );
      text = (page.events ?? []).map(({ message = '' }) => `${message}\n`).join('') + text;
      // The service ends by answering the token that it was asked with.
      const isFirst = page.nextBackwardToken === undefined || page.nextBackwardToken === nextToken;
      if (isFirst || Buffer.byteLength(text) >= bytes) return lastBytes(text, bytes);
      nextToken = page.nextBackwardToken;
    }
  }
}
