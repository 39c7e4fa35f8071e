import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { CfnResource } from 'aws-cdk-lib/aws-lakeformation';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ROOT_PREFIX } from './data-bucket.js';
import { CATALOG_TABLES, type CatalogTable } from './catalog-tables.js';

/** Where the catalog's data lies. */
export interface CatalogProps {
  readonly name: string;
  readonly bucket: Bucket;
  readonly key: Key;
}

/** The published tables in Glue, read through Lake Formation: the location is registered, and each role sees the columns that it was granted. */
export class Catalog extends Construct {
  readonly database: string;

  constructor(scope: Construct, id: string, { name, bucket, key }: CatalogProps) {
    super(scope, id);
    const location = bucket.arnForObjects(`${ROOT_PREFIX}/*`);
    const reader = new Role(this, 'LocationRole', {
      assumedBy: new ServicePrincipal('lakeformation.amazonaws.com'),
      description: 'Lends Lake Formation the rights to hand out',
    });
    reader.addToPolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], resources: [location] }),
    );
    reader.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    reader.addToPolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
    );
    new CfnResource(this, 'Location', {
      resourceArn: `${bucket.bucketArn}/${ROOT_PREFIX}`,
      useServiceLinkedRole: false,
      roleArn: reader.roleArn,
      hybridAccessEnabled: true, // jobs write by their IAM rights, people read by grants
    });
    this.database = name.replaceAll('-', '_');
    const { account } = Stack.of(this);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: this.database, description: 'Published snapshots of Tempered' },
    });
    for (const table of CATALOG_TABLES) {
      const made = new CfnTable(this, `Table-${table.name}`, {
        catalogId: account,
        databaseName: this.database,
        tableInput: tableInput(table, bucket),
      });
      made.addResourceDependency(database);
    }
  }
}

/**
 * A stage's published folders as partitions: the key of a snapshot is given in the query (`WHERE snapshot = '...'`), so a new snapshot needs
 * no crawler and no change of the table.
 */
function tableInput(table: CatalogTable, bucket: Bucket): CfnTable.TableInputProperty {
  const folder = bucket.s3UrlForObject(`${ROOT_PREFIX}/${table.stage}`);
  return {
    name: table.name,
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'snapshot', type: 'string', comment: 'stage key of the snapshot' }],
    parameters: {
      classification: 'parquet',
      'projection.enabled': 'true',
      'projection.snapshot.type': 'injected',
      'storage.location.template': `${folder}/\${snapshot}/${table.folder}/`,
    },
    storageDescriptor: {
      location: `${folder}/`,
      columns: table.columns.map(({ name, type }) => ({ name, type })),
      inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  };
}
