import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { buildDeployment } from './deployment.js';
import { OpenFindings } from './findings.js';
import { parseSettings } from './settings.js';

/** The flags under which `cdk synth` runs, read from the file that it reads. */
const { context } = JSON.parse(readFileSync(new URL('../../../infra/aws/cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

const outdir = mkdtempSync(join(tmpdir(), 'tempered-cdk-'));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

function deploy(settings: object = {}) {
  const app = new App({ context, outdir: mkdtempSync(join(outdir, 'out-')) });
  const { data, compute } = buildDeployment(app, parseSettings(settings));
  return { app, data: Template.fromStack(data), compute: Template.fromStack(compute) };
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Every policy statement of a template's roles. */
function statements(template: Template): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: { Statement: Statement[] } };
  }[];
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('a deployment', () => {
  const { app, data, compute } = deploy({ emrCluster: {} });

  test("AWS' own rules for solutions have no open finding", () => {
    const { violations } = new OpenFindings(app).validateScope(app);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
  });

  test('the data is encrypted with a key of its own that rotates, closed to the public, versioned, and outlives the stack', () => {
    data.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            Match.objectLike({ ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) }),
          ],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    });
    data.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  test('job folders and unfinished work go by themselves, published data never does', () => {
    const buckets = Object.values(data.findResources('AWS::S3::Bucket')) as {
      Properties: { LifecycleConfiguration: { Rules: { Prefix?: string; ExpirationInDays?: number }[] } };
    }[];
    const rules = buckets.flatMap(({ Properties }) => Properties.LifecycleConfiguration.Rules);
    const expiring = rules.filter((rule) => rule.ExpirationInDays !== undefined).map((rule) => rule.Prefix);
    expect(expiring.toSorted()).toEqual(['logs/', 'tempered/_scratch/', 'tempered/_work/', undefined]);
  });

  test('Spark has caps and stops by itself, serverless and on a cluster', () => {
    compute.hasResourceProperties('AWS::EMRServerless::Application', {
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 15 },
      MaximumCapacity: { Cpu: '64 vCPU', Memory: '256 GB', Disk: '1000 GB' },
    });
    compute.hasResourceProperties('AWS::EMR::Cluster', {
      AutoTerminationPolicy: { IdleTimeout: 1800 },
      ManagedScalingPolicy: { ComputeLimits: Match.objectLike({ MaximumCapacityUnits: 8 }) },
    });
  });

  test('disks of a cluster are encrypted with the key of the data, where EMR looks for that', () => {
    compute.hasResourceProperties('AWS::EMR::SecurityConfiguration', {
      SecurityConfiguration: {
        EncryptionConfiguration: Match.objectLike({
          EnableAtRestEncryption: true,
          AtRestEncryptionConfiguration: Match.objectLike({
            LocalDiskEncryptionConfiguration: Match.objectLike({ EnableEbsEncryption: true }),
          }),
        }),
      },
    });
  });

  test('jobs write their own folders only, and publish nothing', () => {
    const writes = statements(compute).filter(
      ({ Action, Resource }) =>
        [Action].flat().includes('s3:PutObject') && JSON.stringify(Resource).includes('_scratch'),
    );
    expect(writes).toHaveLength(1);
    expect(JSON.stringify(writes[0]?.Resource)).toMatch(/_scratch\/\*.*_work\/\*/);
  });

  test('workers register models in groups with our names, which they neither delete nor share', () => {
    const packages = statements(compute).filter(({ Resource }) => JSON.stringify(Resource).includes(':model-package'));
    expect(
      packages.map(({ Resource }) => /:(model-package[a-z-]*\/[^"]*)/.exec(JSON.stringify(Resource))?.[1]),
    ).toEqual(['model-package-group/tempered-*', 'model-package/tempered-*']);
    const actions = packages.flatMap(({ Action }) => Action);
    expect(actions).toEqual(
      expect.arrayContaining([
        'sagemaker:CreateModelPackage',
        'sagemaker:ListModelPackages',
        'sagemaker:UpdateModelPackage',
      ]),
    );
    expect(actions.filter((action) => /Delete|Policy/.test(action))).toEqual([]);
  });

  test('workers touch an endpoint of any name, if it has the tag that they give, and steps of the one cluster', () => {
    const endpoints = statements(compute).filter(({ Resource }) => /:endpoint\/\*/.test(JSON.stringify(Resource)));
    expect(endpoints.map(({ Condition }) => Condition)).toEqual([
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'tempered:endpoint' } },
      { Null: { 'aws:ResourceTag/tempered:endpoint': 'false' } },
    ]);
    const [steps] = statements(compute).filter(({ Action }) => Action.includes('elasticmapreduce:AddJobFlowSteps'));
    expect(JSON.stringify(steps?.Resource)).toMatch(/:cluster\/.*SparkCluster/);
  });

  test('no role may do everything, to everything, or hand on another role than that of jobs', () => {
    for (const { Action, Resource, Condition } of [...statements(data), ...statements(compute)]) {
      const actions = [Action].flat();
      expect(actions.filter((action) => action.endsWith('*'))).toEqual([]);
      if (Resource === '*') expect(actions).toHaveLength(1);
      if (actions.includes('iam:PassRole')) {
        expect(Condition).toEqual({
          StringEquals: { 'iam:PassedToService': ['emr-serverless.amazonaws.com', 'sagemaker.amazonaws.com'] },
        });
      }
    }
  });

  test('the data is registered with Lake Formation; people see no personal column, jobs see all', () => {
    data.hasResourceProperties('AWS::LakeFormation::Resource', { UseServiceLinkedRole: false });
    const grants = Object.entries(compute.findResources('AWS::LakeFormation::PrincipalPermissions')) as [
      string,
      { Properties: { Resource: { TableWithColumns?: { ColumnNames: string[] } } } },
    ][];
    const columnsOf = (who: string) =>
      grants
        .filter(([id]) => id.startsWith(who))
        .flatMap(([, { Properties }]) => Properties.Resource.TableWithColumns?.ColumnNames ?? []);
    expect(columnsOf('JobColumns')).toEqual(expect.arrayContaining(['full_name', 'salary', 'age']));
    expect(columnsOf('Notebooks')).toEqual(expect.arrayContaining(['age', 'is_active']));
    expect(columnsOf('Notebooks')).not.toEqual(expect.arrayContaining(['full_name']));
    expect(columnsOf('Notebooks')).not.toEqual(expect.arrayContaining(['salary']));
  });

  test('everything runs in private subnets, and only inside is let in', () => {
    for (const type of ['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress']) {
      expect(JSON.stringify(compute.findResources(type))).not.toContain(
        '"SecurityGroupIngress":[{"CidrIp":"0.0.0.0/0"',
      );
    }
    compute.hasResourceProperties('AWS::SageMaker::Domain', { AppNetworkAccessType: 'VpcOnly', AuthMode: 'IAM' });
    compute.hasResourceProperties('AWS::ECS::Service', {
      DesiredCount: 2,
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'DISABLED' }) },
      DeploymentConfiguration: Match.objectLike({ DeploymentCircuitBreaker: { Enable: true, Rollback: true } }),
    });
  });

  test('the workers are not root, and are asked whether they poll their queues', () => {
    const polls = (name: string) => ['CMD', 'test', '-f', `/var/lib/tempered/workers/${name}.json`];
    compute.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: ['orchestrator', 'jobs'].map((name) =>
        Match.objectLike({ Name: name, User: 'node', HealthCheck: Match.objectLike({ Command: polls(name) }) }),
      ),
    });
  });

  test('the image is built from code without its tests, and from nothing that was installed or made', () => {
    const context = readdirSync(app.outdir)
      .map((name) => join(app.outdir, name))
      .find((folder) => existsSync(join(folder, 'infra/image/Dockerfile')));
    const files = readdirSync(context ?? '', { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['bin/serve', 'jobs/serve/server.py', 'package-lock.json']));
    const leftOut =
      /^(\.(?!dockerignore)|dist|docs|infra\/aws|node_modules|test)|\.test\.ts$|\btest_.*\.py$|__pycache__/;
    expect(files.filter((file) => leftOut.test(file))).toEqual([]);
  });

  test('somebody hears of standstill, of a full cap and of money', () => {
    compute.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    compute.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({ BudgetLimit: { Amount: 200, Unit: 'USD' } }),
    });
  });

  test('tempered.json is told what was made, by the names of its fields', () => {
    const outputs = Object.values(compute.findOutputs('*')).map(
      ({ Description }: { Description?: string }) => Description,
    );
    expect(outputs).toEqual(
      expect.arrayContaining([
        'emrServerless.applicationId of tempered.json',
        'emrServerless.executionRole of tempered.json',
        'sagemaker.role of tempered.json',
        'emr.clusterId of tempered.json',
      ]),
    );
  });
});

test('without a server outside the VPC there is no gateway to the internet, and without a cluster none is made', () => {
  const { compute } = deploy({ natGateways: 0 });
  compute.resourceCountIs('AWS::EC2::NatGateway', 0);
  compute.resourceCountIs('AWS::EC2::InternetGateway', 0);
  compute.resourceCountIs('AWS::EMR::Cluster', 0);
});

test('the first deployment has no worker, for the key that one needs goes into a secret that it makes', () => {
  deploy({ workers: 0 }).compute.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 0 });
});

test.each([
  { given: { monthlyBudgetUsd: -1 }, says: /monthlyBudgetUsd/ },
  { given: { buget: 1 }, says: /buget/ },
  { given: '{"name":', says: /not JSON/ },
  { given: { vpcCidr: '10.0.0.0/8' }, says: /\/16 to \/24/ },
  { given: { emrCluster: { releaseLabel: 'latest' } }, says: /as emr-7\.13\.0[\s\S]*emrCluster\.releaseLabel/ },
  { given: { emrCluster: { minNodes: 9, maxNodes: 4 } }, says: /at least minNodes[\s\S]*emrCluster\.maxNodes/ },
])('wrong settings are refused by name: $given', ({ given, says }) => {
  expect(() => parseSettings(given)).toThrow(says);
});
