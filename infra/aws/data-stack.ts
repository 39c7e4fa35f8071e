import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Catalog } from './catalog.js';
import { DataBucket } from './data-bucket.js';
import type { DeploymentSettings } from './settings.js';

/** What must outlive every deployment: where the data lies, and what is known of it. */
export class DataStack extends Stack {
  readonly storage: DataBucket;
  readonly catalog: Catalog;

  constructor(scope: Construct, id: string, settings: DeploymentSettings) {
    super(scope, id, { description: 'Tempered: data, models and their catalog' });
    this.storage = new DataBucket(this, 'Storage');
    this.catalog = new Catalog(this, 'Catalog', {
      name: settings.name,
      bucket: this.storage.bucket,
      key: this.storage.key,
    });
    new CfnOutput(this, 'StorageRoot', {
      value: this.storage.rootUri,
      description: 'storage.root of tempered.json',
    });
  }
}
