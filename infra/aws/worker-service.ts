import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  Secret as EcsSecret,
} from 'aws-cdk-lib/aws-ecs';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Network } from './network.js';
import type { DeploymentSettings } from './settings.js';

/** Where the workers run and what they are told. */
export interface WorkerServiceProps {
  readonly settings: DeploymentSettings;
  readonly network: Network;
  readonly image: DockerImageAsset;
}

/** The two processes of a worker, by name: what they run, and MiB of memory. They wait most of the time. */
const PROCESSES = {
  orchestrator: { program: 'dist/workers/orchestrator.js', memoryMib: 1024 },
  jobs: { program: 'dist/workers/jobs.js', memoryMib: 1024 },
} as const;

/** Where a worker of the image keeps its state. Its file in `workers/` is there while it polls its queue. */
const STATE = '/var/lib/tempered';

/** How long a worker may take to poll: it loads Temporal's native library, and bundles the workflows of pipelines of one's own. */
const START_SECONDS = 120;

/** How long a task may take to end: a worker gives back what it waits for, and its jobs go on without it. */
const STOP_SECONDS = 60;

/** The workers as a service on Fargate: tasks in several zones, so that one may die; a release that does not start is rolled back. */
export class WorkerService extends Construct {
  readonly service: FargateService;
  readonly cluster: Cluster;
  readonly taskRole: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, { settings, network, image }: WorkerServiceProps) {
    super(scope, id);
    this.cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    this.logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.taskRole = new Role(this, 'TaskRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    const task = new FargateTaskDefinition(this, 'Task', {
      taskRole: this.taskRole,
      cpu: 1024,
      memoryLimitMiB: 3072,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    const apiKey = new Secret(this, 'TemporalApiKey', {
      description: 'API key of the Temporal namespace; put it in after the first deployment',
    });
    for (const [name, { program, memoryMib }] of Object.entries(PROCESSES)) {
      task.addContainer(name, {
        image: ContainerImage.fromDockerImageAsset(image),
        command: ['node', program],
        user: 'node', // jobs and endpoints on SageMaker must be root, the workers need not
        memoryLimitMiB: memoryMib,
        essential: true,
        readonlyRootFilesystem: false, // state and temporary files are written below STATE and /tmp
        healthCheck: {
          command: ['CMD', 'test', '-f', `${STATE}/workers/${name}.json`],
          startPeriod: Duration.seconds(START_SECONDS),
        },
        logging: LogDrivers.awsLogs({ streamPrefix: name, logGroup: this.logs }),
        environment: {
          TEMPORAL_ADDRESS: settings.temporalAddress,
          TEMPORAL_NAMESPACE: settings.temporalNamespace,
        },
        secrets: { TEMPORAL_API_KEY: EcsSecret.fromSecretsManager(apiKey) },
        stopTimeout: Duration.seconds(STOP_SECONDS),
      });
    }
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: task,
      desiredCount: settings.workers,
      minHealthyPercent: 50,
      maxHealthyPercent: 200,
      assignPublicIp: false,
      securityGroups: [network.jobs],
      circuitBreaker: { enable: true, rollback: true },
    });
  }
}
