import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { DeploymentSettings } from './settings.js';

/** Services that jobs and workers speak with without leaving the VPC. S3 has a gateway, which costs nothing. */
const INTERFACES = {
  sts: InterfaceVpcEndpointAwsService.STS,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  kms: InterfaceVpcEndpointAwsService.KMS,
  secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  'ecr-api': InterfaceVpcEndpointAwsService.ECR,
  'ecr-docker': InterfaceVpcEndpointAwsService.ECR_DOCKER,
  'emr-serverless': InterfaceVpcEndpointAwsService.EMR_SERVERLESS,
  emr: InterfaceVpcEndpointAwsService.EMR,
  'sagemaker-api': InterfaceVpcEndpointAwsService.SAGEMAKER_API,
  'sagemaker-runtime': InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
  glue: InterfaceVpcEndpointAwsService.GLUE,
  'lake-formation': InterfaceVpcEndpointAwsService.LAKE_FORMATION,
} as const;

/** A VPC in whose private subnets everything runs; the public ones hold nothing but the NAT gateway. */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Of jobs and workers: they reach each other and the endpoints, and nobody reaches them. */
  readonly jobs: SecurityGroup;

  constructor(scope: Construct, id: string, { vpcCidr, availabilityZones, natGateways }: DeploymentSettings) {
    super(scope, id);
    const isolated = natGateways === 0;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      maxAzs: availabilityZones,
      natGateways,
      subnetConfiguration: [
        ...(isolated ? [] : [{ name: 'nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false }]),
        {
          name: 'private',
          subnetType: isolated ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS,
          cidrMask: 26,
        },
      ],
      restrictDefaultSecurityGroup: false, // nothing is in it; the custom resource that empties it would need rights of its own
      gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: { rejected: { destination: FlowLogDestination.toCloudWatchLogs() } },
    });
    this.jobs = new SecurityGroup(this, 'Jobs', { vpc: this.vpc, description: 'Jobs and workers of Tempered' });
    this.jobs.addIngressRule(this.jobs, Port.allTcp(), 'drivers, executors and hosts of one job');
    const endpoints = new SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(Peer.securityGroupId(this.jobs.securityGroupId), Port.tcp(443), 'jobs and workers');
    for (const [name, service] of Object.entries(INTERFACES)) {
      this.vpc.addInterfaceEndpoint(name, { service, securityGroups: [endpoints], open: false });
    }
  }

  get privateSubnetIds(): string[] {
    const { isolatedSubnets, privateSubnets } = this.vpc;
    return [...privateSubnets, ...isolatedSubnets].map(({ subnetId }) => subnetId);
  }
}
