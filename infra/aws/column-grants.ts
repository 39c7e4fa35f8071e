import { Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import { Construct } from 'constructs';
import { CATALOG_TABLES } from './catalog-tables.js';

/** Who may see which columns. */
export interface ColumnGrantsProps {
  readonly database: string;
  readonly role: IRole;
  /** Whether names, salaries and other personal columns are seen. */
  readonly personal: boolean;
}

/** What Lake Formation lets a role read: the named columns of every published table, and nothing that a later column would add. */
export class ColumnGrants extends Construct {
  constructor(scope: Construct, id: string, { database, role, personal }: ColumnGrantsProps) {
    super(scope, id);
    const catalogId = Stack.of(this).account;
    const principal = { dataLakePrincipalIdentifier: role.roleArn };
    const granted = { catalog: catalogId, principal, permissionsWithGrantOption: [] };
    new CfnPrincipalPermissions(this, 'Database', {
      ...granted,
      permissions: ['DESCRIBE'],
      resource: { database: { catalogId, name: database } },
    });
    for (const { name, columns } of CATALOG_TABLES) {
      const seen = columns.filter((column) => personal || column.personal !== true);
      new CfnPrincipalPermissions(this, name, {
        ...granted,
        permissions: ['SELECT'],
        resource: {
          tableWithColumns: { catalogId, databaseName: database, name, columnNames: seen.map((column) => column.name) },
        },
      });
    }
  }
}
