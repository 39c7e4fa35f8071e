import { TemperedError } from '../../contracts/failure.js';
import type { JobSpec } from '../../contracts/job.js';
import type { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { Offer } from '../../contracts/offer.js';
import type { Storage } from '../../storage/storage.js';
import { type AwsCall, callAws } from '../aws/aws-call.js';
import { faultOf } from '../aws/aws-fault.js';
import { clientToken } from '../aws/job-name.js';
import { consoleUrl, logStreamsUrl } from '../aws/console.js';
import type { LogReader } from '../job-log.js';
import type { FoundLog, ReadLog, RemoteJob, RemoteService, ServiceState } from '../aws/remote-service.js';
import type { Requirement } from '../aws/requirement.js';
import { ifNew, ifThere } from '../aws/tolerate.js';
import { capacityRefusals } from './capacity-refusals.js';
import { JobLogs } from './job-logs.js';
import { type JobCalls, PROCESSING, TRAINING } from './job-calls.js';
import { hostsOf, type JobKind, type JobPlan, KINDS, OWN_MARK } from './job-request.js';
import { sageMakerClient, type SageMaker } from './sagemaker-client.js';
import { sentFields } from './sent-fields.js';
import { chooseType, offerOf, sizeClasses, type SizeClass } from './sizes.js';
import { transformCalls } from './transform/transform-calls.js';

const FIELDS = { subject: 'sagemaker', role: 'sagemaker.role' } as const;

/** Has the beginning of our names, which the workers' role is limited to, and no stage's name. */
const NO_JOB = 'tempered-0';

/** How a stage runs. */
function jobKindOf({ jobs }: SageMakerProfile, { stage, engine }: Pick<JobSpec, 'stage' | 'engine'>): JobKind {
  return `${jobs[stage] ?? (engine === 'ray' ? 'training' : 'processing')}-job`;
}

/** What the console calls them. */
const CONSOLE_PAGES = {
  'training-job': 'jobs',
  'processing-job': 'processing-jobs',
  'transform-job': 'transform-jobs',
} as const satisfies Record<JobKind, string>;

/** The service never says that a log is whole; the last lines come within seconds. */
const LAST_LINES_WITHIN_MS = 10_000;

/** What the service is opened with. */
export interface SageMakerOptions {
  readonly aws: AwsProfile;
  readonly profile: SageMakerProfile;
  /** Where earlier attempts stand judged. */
  readonly storage: Storage;
}

/**
 * Training, processing and transform jobs. A job's name is its key: one that is there already is the same job, if it carries our mark. Its id here is
 * kind and name, as at the end of its ARN.
 */
export class SageMakerService implements RemoteService {
  readonly name = 'sagemaker';
  readonly evidenceEngine = 'sagemaker';
  readonly offer: Offer;
  readonly engines = ['ray', 'python'] as const;
  readonly startsOnce = true;
  readonly logDelayMs = 60_000;
  readonly logDelivery = 'SageMaker sends what the job prints to CloudWatch within seconds';
  readonly #classes: readonly SizeClass[];
  readonly #calls: Readonly<Record<JobKind, JobCalls>>;
  readonly #logs: JobLogs;
  readonly #client: () => Promise<SageMaker>;

  constructor(private readonly options: SageMakerOptions) {
    this.#classes = sizeClasses(options.profile.instanceTypes);
    this.offer = offerOf(this.#classes, (job) => hostsOf(options.profile, jobKindOf(options.profile, job)));
    this.#calls = {
      'training-job': TRAINING,
      'processing-job': PROCESSING,
      'transform-job': transformCalls(options.storage),
    };
    this.#logs = new JobLogs(options.aws);
    this.#client = sageMakerClient(options.aws);
  }

  requirements(): readonly Requirement[] {
    const { aws, profile } = this.options;
    return [
      {
        name: `SageMaker image ${profile.image}`,
        look: () => {
          const [, region] = /\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/.exec(profile.image) ?? [];
          if (region === undefined || region === aws.region) return Promise.resolve('in the region of the jobs');
          throw new TemperedError(
            'WRONG_INPUT',
            `the image ${profile.image} is in ${region}; jobs in ${aws.region} cannot take it from there`,
            { field: 'sagemaker.image', advice: `copy the image to a registry in ${aws.region}` },
          );
        },
      },
      {
        name: `SageMaker in ${aws.region}`,
        look: () =>
          this.#call({ action: 'ask SageMaker for a job', fields: FIELDS }, async ({ sdk, client }) => {
            try {
              // A job that is not there: to be told so needs no more rights than to look at jobs of ours.
              await client.send(new sdk.DescribeTrainingJobCommand({ TrainingJobName: NO_JOB }));
            } catch (error) {
              if (faultOf(error) !== 'absent') throw error;
            }
            return 'answers';
          }),
      },
    ];
  }

  async start(job: RemoteJob): Promise<string> {
    const { aws, profile, storage } = this.options;
    const { spec, name } = job;
    const kind = jobKindOf(profile, spec);
    const type = chooseType(this.#classes, spec.resources, await capacityRefusals(storage, spec.key));
    const plan: JobPlan = { job, type, aws, profile };
    const fields = { ...FIELDS, sent: sentFields(profile, type.name) };
    await this.#call({ action: `start ${spec.stage} on SageMaker`, fields }, async (sagemaker) => {
      if (!(await ifNew(() => this.#calls[kind].create(sagemaker, plan)))) {
        await this.#requireOwn(kind, name, clientToken(spec.key));
      }
    });
    return `${kind}/${name}`;
  }

  async find(name: string): Promise<string | undefined> {
    for (const kind of KINDS) {
      const id = `${kind}/${name}`;
      if ((await this.describe(id)).kind !== 'absent') return id;
    }
    return undefined;
  }

  describe(id: string): Promise<ServiceState> {
    const { kind, name } = partsOf(id);
    return this.#call({ action: `ask for the ${kind} ${name}` }, async (aws): Promise<ServiceState> => {
      const found = await ifThere(() => this.#calls[kind].describe(aws, name));
      return found?.state ?? { kind: 'absent', message: `SageMaker knows no ${kind} ${name}` };
    });
  }

  async cancel(id: string): Promise<void> {
    const { kind, name } = partsOf(id);
    await this.#call({ action: `stop the ${kind} ${name}` }, async (aws) => {
      try {
        await this.#calls[kind].stop(aws, name);
      } catch (error) {
        if (!['absent', 'conflict', 'invalid'].includes(faultOf(error))) throw error; // it is over already
      }
    });
  }

  async conclude(id: string, key: string): Promise<void> {
    const { kind, name } = partsOf(id);
    await this.#call({ action: `conclude the ${kind} ${name}` }, (aws) => this.#calls[kind].conclude(aws, name, key));
  }

  findLog(id: string, bytes: number): Promise<FoundLog | null> {
    const { kind, name } = partsOf(id);
    return this.#logs.findTail(this.#calls[kind].logGroup, name, bytes);
  }

  async readLog(id: string, reader: LogReader, endedAt: Date | null): Promise<ReadLog> {
    const { kind, name } = partsOf(id);
    const isSettled = endedAt !== null && Date.now() - endedAt.getTime() > LAST_LINES_WITHIN_MS; // before the read
    const position = await this.#logs.readOn(this.#calls[kind].logGroup, name, reader);
    return { position, isWhole: isSettled && Object.keys(position).length > 0 };
  }

  logPlaces(id: string): Promise<readonly string[]> {
    const { region } = this.options.aws;
    const { kind, name } = partsOf(id);
    const { logGroup } = this.#calls[kind];
    return Promise.resolve([
      logStreamsUrl(region, logGroup, `${name}/`),
      consoleUrl(region, 'sagemaker/home', `#/${CONSOLE_PAGES[kind]}/${name}`),
    ]);
  }

  /** A name is taken for ever, also by jobs that are over. */
  async #requireOwn(kind: JobKind, name: string, mark: string): Promise<void> {
    const { environment } = await this.#calls[kind].describe(await this.#client(), name);
    if (environment?.[OWN_MARK] === mark) return;
    throw new TemperedError('WRONG_INPUT', `the name ${name} is taken by a ${kind} that is not ours`, {
      advice: 'start the run under another id',
    });
  }

  #call<T>(call: Omit<AwsCall, 'region'>, send: (sagemaker: SageMaker) => Promise<T>): Promise<T> {
    return callAws({ ...call, region: this.options.aws.region }, async () => send(await this.#client()));
  }
}

function partsOf(id: string): { readonly kind: JobKind; readonly name: string } {
  const at = id.indexOf('/');
  const kind = KINDS.find((each) => each === id.slice(0, at));
  if (kind === undefined) throw new RangeError(`"${id}" is no id of a SageMaker job`);
  return { kind, name: id.slice(at + 1) };
}
