import { setTimeout as sleep } from 'node:timers/promises';
import type * as SageMakerSdk from '@aws-sdk/client-sagemaker';
import type * as RuntimeSdk from '@aws-sdk/client-sagemaker-runtime';
import { ALLOWED_ENTITY_NAME, ENTITY_NAME } from '../../contracts/entity-name.js';
import { TemperedError } from '../../contracts/failure.js';
import { InferenceAnswer, type InferenceRequest } from '../../contracts/inference.js';
import type { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import { type AwsCall, callAws } from '../../platforms/aws/aws-call.js';
import { type AwsFault, faultOf } from '../../platforms/aws/aws-fault.js';
import { clientSettings, lazily } from '../../platforms/aws/client-settings.js';
import { ifNew, ifThere } from '../../platforms/aws/tolerate.js';
import { MODEL_MARK } from '../../platforms/sagemaker/model-container.js';
import { sageMakerClient, type SageMaker } from '../../platforms/sagemaker/sagemaker-client.js';
import { sentFields } from '../../platforms/sagemaker/sent-fields.js';
import type { EndpointHandle, EndpointHost, EndpointSpec, EndpointState } from '../endpoint-host.js';
import { configRequest, modelRequest, type EndpointPlan } from './endpoint-parts.js';
import { endpointState, isChanging } from './endpoint-state.js';
import { refusalOf } from './model-error.js';

/** What endpoints are hosted with. */
export interface SageMakerEndpointsOptions {
  readonly aws: AwsProfile;
  readonly profile: SageMakerProfile;
  /** Pause between two looks at an endpoint that is changing, in milliseconds; tests wait less. */
  readonly pauseMs?: number;
}

/** An endpoint needs minutes to appear and half a minute to go. */
const PAUSE_MS = 5_000;

/** What ends a run: the profile asks for something that SageMaker does not give. */
const REFUSED: readonly AwsFault[] = ['denied', 'absent', 'invalid'];

const FIELDS = { subject: 'sagemaker', role: 'sagemaker.role' } as const;

/**
 * Models behind endpoints of SageMaker. Endpoint, configuration and model have one name, so that each step can be repeated after a lost
 * answer and whoever removes an endpoint finds all of it. The model carries the hash of what it serves: that tells ours from others.
 */
export class SageMakerEndpoints implements EndpointHost {
  readonly name = 'sagemaker';
  readonly #client: () => Promise<SageMaker>;
  readonly #runtime: () => Promise<{
    readonly sdk: typeof RuntimeSdk;
    readonly client: RuntimeSdk.SageMakerRuntimeClient;
  }>;

  constructor(private readonly options: SageMakerEndpointsOptions) {
    this.#client = sageMakerClient(options.aws);
    this.#runtime = lazily(async () => {
      const sdk = await import('@aws-sdk/client-sagemaker-runtime');
      return { sdk, client: new sdk.SageMakerRuntimeClient(clientSettings(options.aws)) };
    });
  }

  async deploy(spec: EndpointSpec): Promise<EndpointHandle> {
    refuseImpossible(spec);
    const plan: EndpointPlan = { spec, aws: this.options.aws, profile: this.options.profile };
    const { name, model } = spec;
    await this.#call(
      {
        action: `host ${model.name} as the endpoint ${name}`,
        fields: { ...FIELDS, sent: sentFields(this.options.profile) },
      },
      async ({ sdk, client }) => {
        // Before anything is made: a name that somebody else uses must not get a model of ours either.
        if ((await this.#find(name)) !== undefined) return this.#requireOwn(name, model.sha256);
        await ifNew(() => client.send(new sdk.CreateModelCommand(modelRequest(plan))));
        await this.#requireOwnModel(name, model.sha256);
        try {
          await this.#create(plan);
        } catch (error) {
          if (REFUSED.includes(faultOf(error))) await this.#removeParts(name); // nobody will come back for them
          throw error;
        }
      },
    );
    return { host: this.name, name };
  }

  /** Configuration and endpoint of a model that is there. */
  async #create(plan: EndpointPlan): Promise<void> {
    const { sdk, client } = await this.#client();
    const { name, model } = plan.spec;
    await ifNew(() => client.send(new sdk.CreateEndpointConfigCommand(configRequest(plan))));
    const created = await ifNew(() =>
      client.send(
        new sdk.CreateEndpointCommand({
          EndpointName: name,
          EndpointConfigName: name,
          Tags: modelRequest(plan).Tags,
        }),
      ),
    );
    if (!created) await this.#requireOwn(name, model.sha256);
  }

  poll({ name }: EndpointHandle): Promise<EndpointState> {
    return this.#call({ action: `ask for the endpoint ${name}` }, async () => {
      const endpoint = await this.#find(name);
      return endpoint ? endpointState(endpoint) : { kind: 'absent' };
    });
  }

  async invoke({ name }: EndpointHandle, request: InferenceRequest): Promise<InferenceAnswer> {
    const call = {
      action: `ask the endpoint ${name}`,
      region: this.options.aws.region,
      fields: { subject: 'endpoint' },
    };
    const body = await callAws(call, async () => {
      const { sdk, client } = await this.#runtime();
      try {
        const answer = await client.send(
          new sdk.InvokeEndpointCommand({
            EndpointName: name,
            ContentType: 'application/json',
            Accept: 'application/json',
            Body: JSON.stringify(request),
          }),
        );
        return new TextDecoder().decode(answer.Body);
      } catch (error) {
        throw refusalOf(name, error) ?? error;
      }
    });
    return parseAnswer(name, body, request.instances.length);
  }

  async remove({ name }: EndpointHandle): Promise<void> {
    await this.#call({ action: `remove the endpoint ${name}` }, async ({ sdk, client }) => {
      if (!(await this.#isOwn(name))) return; // what is there under that name is somebody else's
      for (;;) {
        const endpoint = await this.#find(name);
        if (!endpoint) break;
        // One that is just being made can be removed only after that.
        if (endpoint.EndpointStatus !== 'Deleting' && !isChanging(endpoint)) {
          await ifThere(() => client.send(new sdk.DeleteEndpointCommand({ EndpointName: name })));
        }
        await sleep(this.options.pauseMs ?? PAUSE_MS);
      }
      await this.#removeParts(name);
    });
  }

  /** What is left of an endpoint of ours that is not there. */
  async #removeParts(name: string): Promise<void> {
    const { sdk, client } = await this.#client();
    await ifThere(() => client.send(new sdk.DeleteEndpointConfigCommand({ EndpointConfigName: name })));
    // Last: while it is there, the rest is known to be ours.
    await ifThere(() => client.send(new sdk.DeleteModelCommand({ ModelName: name })));
  }

  async #find(name: string): Promise<SageMakerSdk.DescribeEndpointOutput | undefined> {
    const { sdk, client } = await this.#client();
    return ifThere(() => client.send(new sdk.DescribeEndpointCommand({ EndpointName: name })));
  }

  /** The hash of the model of that name; null when it has none; undefined when there is no such model. */
  async #findMark(name: string): Promise<string | null | undefined> {
    const { sdk, client } = await this.#client();
    const model = await ifThere(() => client.send(new sdk.DescribeModelCommand({ ModelName: name })));
    return model && (model.PrimaryContainer?.Environment?.[MODEL_MARK] ?? null);
  }

  /** Everything of the name is ours, as far as it is there. */
  async #isOwn(name: string): Promise<boolean> {
    const endpoint = await this.#find(name);
    if (endpoint && endpoint.EndpointConfigName !== name) return false;
    const mark = await this.#findMark(name);
    return typeof mark === 'string';
  }

  async #requireOwn(name: string, sha256: string): Promise<void> {
    const endpoint = await this.#find(name);
    if (endpoint?.EndpointStatus === 'Deleting') {
      throw new TemperedError('PLATFORM_UNAVAILABLE', `the endpoint ${name} is just being removed`, {
        advice: 'wait: the run goes on by itself',
      });
    }
    if (endpoint && endpoint.EndpointConfigName !== name) throw taken(name, 'an endpoint that is not ours');
    await this.#requireOwnModel(name, sha256);
  }

  async #requireOwnModel(name: string, sha256: string): Promise<void> {
    const mark = await this.#findMark(name);
    if (mark === sha256) return;
    if (typeof mark === 'string') throw taken(name, `an endpoint with the model ${mark.slice(0, 12)}`);
    throw taken(name, 'an endpoint or a model that is not ours');
  }

  #call<T>(call: Omit<AwsCall, 'region'>, send: (sagemaker: SageMaker) => Promise<T>): Promise<T> {
    return callAws({ ...call, region: this.options.aws.region }, async () => send(await this.#client()));
  }
}

function refuseImpossible({ name, model }: EndpointSpec): void {
  if (!ENTITY_NAME.test(name)) {
    throw new TemperedError(
      'WRONG_INPUT',
      `"${name}" cannot be the name of an endpoint; allowed: ${ALLOWED_ENTITY_NAME}`,
      { field: 'endpointName', found: name },
    );
  }
  if (!model.uri.startsWith('s3://')) {
    throw new TemperedError(
      'WRONG_INPUT',
      `the model ${model.name} lies at ${model.uri}; an endpoint of SageMaker reads s3:// only`,
      {
        field: 'storage.root',
        advice: 'set storage.root in tempered.json to s3://bucket/prefix, or endpoints to local',
      },
    );
  }
}

function taken(name: string, by: string): TemperedError {
  return new TemperedError('WRONG_INPUT', `the name ${name} is taken by ${by}`, {
    field: 'endpointName',
    found: name,
    advice: 'choose another name, or remove that endpoint first',
  });
}

function parseAnswer(name: string, body: string, count: number): InferenceAnswer {
  try {
    const answer = InferenceAnswer.parse(JSON.parse(body));
    if (answer.predictions.length === count) return answer;
    throw new RangeError(`${String(answer.predictions.length)} predictions for ${String(count)} instances`);
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : 'no {"predictions": [number]}';
    throw new TemperedError(
      'CONTRACT_BROKEN',
      `the endpoint ${name} answers ${why}: ${body.slice(0, 200)}`,
      {},
      { cause },
    );
  }
}
