import { Stack } from 'aws-cdk-lib';
import { CfnCluster, CfnSecurityConfiguration } from 'aws-cdk-lib/aws-emr';
import { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import { CfnInstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Network } from './network.js';
import type { DeploymentSettings } from './settings.js';

/** Drivers and executors prove to each other that they belong together, and what they say is encrypted. */
const ENCRYPTED_TRAFFIC = { 'spark.authenticate': 'true', 'spark.network.crypto.enabled': 'true' };

/** What the engines run in and as. */
export interface SparkEnginesProps {
  readonly settings: DeploymentSettings;
  readonly network: Network;
  readonly jobRole: Role;
  readonly logsUri: string;
  /** Encrypts the disks of a cluster. */
  readonly key: Key;
}

/** Spark: an EMR Serverless application that stops by itself, and a cluster where one is asked for. */
export class SparkEngines extends Construct {
  readonly application: CfnApplication;
  readonly cluster: CfnCluster | null;

  constructor(scope: Construct, id: string, props: SparkEnginesProps) {
    super(scope, id);
    const { settings, network } = props;
    const { releaseLabel, maxVcpu, maxMemoryGb, maxDiskGb, idleMinutes } = settings.emrServerless;
    this.application = new CfnApplication(this, 'Serverless', {
      name: settings.name,
      type: 'SPARK',
      releaseLabel,
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: idleMinutes },
      maximumCapacity: { cpu: `${maxVcpu} vCPU`, memory: `${maxMemoryGb} GB`, disk: `${maxDiskGb} GB` },
      networkConfiguration: {
        subnetIds: network.privateSubnetIds,
        securityGroupIds: [network.jobs.securityGroupId],
      },
    });
    this.cluster = settings.emrCluster ? this.makeCluster(settings.emrCluster, props) : null;
  }

  private makeCluster(
    cluster: NonNullable<DeploymentSettings['emrCluster']>,
    { settings, network, jobRole, logsUri, key }: SparkEnginesProps,
  ): CfnCluster {
    const service = new Role(this, 'ServiceRole', {
      assumedBy: new ServicePrincipal('elasticmapreduce.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEMRServicePolicy_v2')],
    });
    service.addToPolicy(
      new PolicyStatement({
        actions: [
          'kms:Decrypt',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:DescribeKey',
        ],
        resources: [key.keyArn],
      }),
    );
    service.addToPolicy(
      new PolicyStatement({
        actions: ['kms:CreateGrant'], // for the disks of its nodes
        resources: [key.keyArn],
        conditions: { Bool: { 'kms:GrantIsForAWSResource': true } },
      }),
    );
    const profile = new CfnInstanceProfile(this, 'Nodes', { roles: [jobRole.roleName] });
    const security = new CfnSecurityConfiguration(this, 'Security', {
      securityConfiguration: {
        EncryptionConfiguration: {
          EnableInTransitEncryption: false,
          EnableAtRestEncryption: true,
          AtRestEncryptionConfiguration: {
            S3EncryptionConfiguration: { EncryptionMode: 'SSE-KMS', AwsKmsKey: key.keyArn },
            LocalDiskEncryptionConfiguration: {
              EncryptionKeyProviderType: 'AwsKms',
              AwsKmsKey: key.keyArn,
              EnableEbsEncryption: true,
            },
          },
        },
      },
    });
    const { instanceType, minNodes, maxNodes, idleMinutes, releaseLabel } = cluster;
    const node = { instanceType, instanceCount: 1, market: 'ON_DEMAND' };
    return new CfnCluster(this, 'Cluster', {
      name: settings.name,
      releaseLabel,
      applications: [{ name: 'Spark' }],
      securityConfiguration: security.ref,
      configurations: [{ classification: 'spark-defaults', configurationProperties: ENCRYPTED_TRAFFIC }],
      serviceRole: service.roleArn,
      jobFlowRole: profile.ref,
      logUri: `${logsUri}/emr/`,
      stepConcurrencyLevel: 4,
      instances: {
        ec2SubnetIds: network.privateSubnetIds,
        masterInstanceGroup: node,
        coreInstanceGroup: { ...node, instanceCount: minNodes },
        keepJobFlowAliveWhenNoSteps: true,
      },
      managedScalingPolicy: {
        computeLimits: { unitType: 'Instances', minimumCapacityUnits: minNodes, maximumCapacityUnits: maxNodes },
      },
      autoTerminationPolicy: { idleTimeout: idleMinutes * 60 },
      tags: [{ key: 'for-use-with-amazon-emr-managed-policies', value: 'true' }],
    });
  }
}
