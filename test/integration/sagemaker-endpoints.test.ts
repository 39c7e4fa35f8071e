import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  ListEndpointConfigsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelRef } from '../../contracts/refs.js';
import { loadGoldenRows } from '../../models/model-card.js';
import type { EndpointHandle } from '../../serving/endpoint-host.js';
import { SageMakerEndpoints } from '../../serving/sagemaker/sagemaker-endpoints.js';
import { type SageMakerHarness, withSageMaker } from '../contracts/sagemaker-harness.js';
import { eventually } from '../harness/eventually.js';
import { storeSampleModel } from '../harness/sample-model.js';

/** A model server loads LightGBM, on a busy machine. */
const PATIENCE = { withinMs: 100_000, everyMs: 200 };

describe('an endpoint of SageMaker', () => {
  let harness: SageMakerHarness;
  let hosts: SageMakerEndpoints;
  let client: SageMakerClient;
  let model: ModelRef;
  let close = (): void => undefined;
  let closed: Promise<unknown> = Promise.resolve();
  beforeAll(async () => {
    const released = new Promise<void>((resolve) => {
      close = resolve;
    });
    harness = await new Promise<SageMakerHarness>((opened, failed) => {
      closed = withSageMaker({ factor: 8, serve: `python -m jobs.serve.server serve` }, (each) => {
        opened(each);
        return released;
      }).catch(failed);
    });
    hosts = open();
    client = new SageMakerClient(harness.aws.client);
    model = await storeSampleModel(harness.storage, 7);
  }, 240_000);
  afterAll(async () => {
    close();
    await closed;
  });

  /** What a worker has that starts anew. */
  function open(): SageMakerEndpoints {
    return new SageMakerEndpoints({ aws: harness.awsProfile, profile: harness.profile, pauseMs: 100 });
  }

  /** Names of everything that stands for an endpoint of that name. */
  async function partsOf(name: string): Promise<readonly string[]> {
    const { EndpointConfigs = [] } = await client.send(new ListEndpointConfigsCommand({ NameContains: name }));
    const { Models = [] } = await client.send(new ListModelsCommand({ NameContains: name }));
    const endpoints = (await harness.aws.jobs()).filter((each) => each.kind === 'endpoint' && each.name === name);
    return [
      ...endpoints.map(() => 'endpoint'),
      ...EndpointConfigs.map(() => 'configuration'),
      ...Models.map(() => 'model'),
    ];
  }

  async function inService(handle: EndpointHandle): Promise<void> {
    await eventually(async () => (await hosts.poll(handle)).kind === 'in-service', PATIENCE);
  }

  test('is made once though every answer is lost, repeats the golden predictions, and leaves nothing', async () => {
    const name = 'air-golden';
    for (const operation of ['CreateModel', 'CreateEndpointConfig', 'CreateEndpoint']) {
      await harness.aws.fail({ service: 'sagemaker', operation, kind: 'lost-response' });
    }
    const handle = await hosts.deploy({ name, model });
    await expect(open().deploy({ name, model })).resolves.toEqual(handle);
    await inService(handle);
    await expect(partsOf(name)).resolves.toEqual(['endpoint', 'configuration', 'model']);

    const golden = await loadGoldenRows(harness.storage, model);
    const { predictions } = await hosts.invoke(handle, { instances: golden.map(({ features }) => features) });
    expect(predictions).toEqual(golden.map(({ prediction }) => prediction));

    await hosts.remove(handle);
    await expect(hosts.poll(handle)).resolves.toEqual({ kind: 'absent' });
    await expect(partsOf(name)).resolves.toEqual([]);
    await hosts.remove(handle);
  });

  test('says what its model does not take, and is not there when it is gone', async () => {
    const handle = await hosts.deploy({ name: 'air-asked', model });
    await inService(handle);
    await expect(hosts.invoke(handle, { instances: [{ nonsense: 1 }] })).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    await hosts.remove(handle);
    await expect(hosts.invoke(handle, { instances: [{ age: 1 }] })).rejects.toMatchObject({ code: 'WRONG_INPUT' });
  });

  test('that is removed while it is still being made is gone all the same', async () => {
    const handle = await hosts.deploy({ name: 'air-early', model });
    await hosts.remove(handle);
    await expect(partsOf('air-early')).resolves.toEqual([]);
  });

  test('what a removal left that died on its way is found by the next one', async () => {
    const handle = await hosts.deploy({ name: 'air-halfway', model });
    await harness.aws.fail({ service: 'sagemaker', operation: 'DeleteEndpointConfig', error: 'AccessDeniedException' });
    await expect(hosts.remove(handle)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    await expect(partsOf('air-halfway')).resolves.toEqual(['configuration', 'model']);
    await open().remove(handle);
    await expect(partsOf('air-halfway')).resolves.toEqual([]);
  });

  test("of another model, or of somebody else's, keeps its name and is never removed", async () => {
    const handle = await hosts.deploy({ name: 'air-taken', model });
    const other = await storeSampleModel(harness.storage, 9);
    await expect(hosts.deploy({ name: 'air-taken', model: other })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining('air-taken') as unknown,
    });
    await hosts.remove(handle);

    const name = 'theirs';
    const { role, image } = harness.profile;
    await client.send(
      new CreateModelCommand({ ModelName: 'their-model', ExecutionRoleArn: role, PrimaryContainer: { Image: image } }),
    );
    await client.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: 'their-config',
        ProductionVariants: [
          { VariantName: 'a', ModelName: 'their-model', InstanceType: 'ml.m6i.large', InitialInstanceCount: 1 },
        ],
      }),
    );
    await client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: 'their-config' }));
    await expect(hosts.deploy({ name, model })).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    await hosts.remove({ host: 'sagemaker', name });
    await expect(client.send(new DescribeEndpointCommand({ EndpointName: name }))).resolves.toMatchObject({
      EndpointName: name,
    });
    await expect(partsOf(name)).resolves.toEqual(['endpoint']);
  });

  test('that no machine could be had for says so', async () => {
    await harness.aws.fail({ service: 'sagemaker', operation: 'CreateEndpoint', kind: 'capacity' });
    const handle = await hosts.deploy({ name: 'air-none', model });
    const state = await eventually(async () => {
      const found = await hosts.poll(handle);
      return found.kind === 'failed' && found;
    }, PATIENCE);
    expect(state.reason).toContain('InsufficientInstanceCapacity');
    await hosts.remove(handle);
    await expect(partsOf('air-none')).resolves.toEqual([]);
  });
});
