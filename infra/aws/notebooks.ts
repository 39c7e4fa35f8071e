import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDomain, CfnUserProfile } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { ColumnGrants } from './column-grants.js';
import type { DataStack } from './data-stack.js';
import type { Network } from './network.js';
import type { DeploymentSettings } from './settings.js';

/** Whose notebooks, where, and over which data. */
export interface NotebooksProps {
  readonly settings: DeploymentSettings;
  readonly network: Network;
  readonly data: DataStack;
}

/** A SageMaker domain without a way to the internet, and a profile for each person; they read the published tables as Lake Formation lets them. */
export class Notebooks extends Construct {
  readonly domain: CfnDomain;
  readonly role: Role;

  constructor(scope: Construct, id: string, { settings, network, data }: NotebooksProps) {
    super(scope, id);
    const { account, partition, region } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      description: 'People who look at published tables',
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const { database } = data.catalog;
    const glue = (what: string): string => `arn:${partition}:glue:${region}:${account}:${what}`;
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
        resources: [glue('catalog'), glue(`database/${database}`), glue(`table/${database}/*`)],
      }),
    );
    // Hands out what was granted and nothing else; it knows no resources.
    this.role.addToPolicy(new PolicyStatement({ actions: ['lakeformation:GetDataAccess'], resources: ['*'] }));
    new ColumnGrants(this, 'Columns', { database, role: this.role, personal: false });
    this.domain = new CfnDomain(this, 'Domain', {
      domainName: settings.name,
      authMode: 'IAM',
      appNetworkAccessType: 'VpcOnly',
      vpcId: network.vpc.vpcId,
      subnetIds: network.privateSubnetIds,
      defaultUserSettings: {
        executionRole: this.role.roleArn,
        securityGroups: [network.jobs.securityGroupId],
      },
    });
    for (const user of settings.notebookUsers) {
      new CfnUserProfile(this, `User-${user}`, { domainId: this.domain.attrDomainId, userProfileName: user });
    }
  }
}
