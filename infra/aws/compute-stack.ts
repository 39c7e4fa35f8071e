import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DataStack } from './data-stack.js';
import { projectImage } from './image.js';
import { JobRole } from './job-role.js';
import { Network } from './network.js';
import { ColumnGrants } from './column-grants.js';
import { Notebooks } from './notebooks.js';
import type { DeploymentSettings } from './settings.js';
import { SparkEngines } from './spark-engines.js';
import { Watch } from './watch.js';
import { allowWorkers } from './worker-role.js';
import { WorkerService } from './worker-service.js';

/** What a deployment is made of. */
export interface ComputeStackProps {
  readonly settings: DeploymentSettings;
  readonly data: DataStack;
}

/** Everything that works on the data and can be made again: network, engines, workers, notebooks, alarms. */
export class ComputeStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data }: ComputeStackProps) {
    super(scope, id, { description: 'Tempered: network, engines and workers' });
    const { storage, catalog } = data;
    const network = new Network(this, 'Network', settings);
    const { role: jobRole } = new JobRole(this, 'Jobs', storage);
    new ColumnGrants(this, 'JobColumns', { database: catalog.database, role: jobRole, personal: true });
    const { application, cluster } = new SparkEngines(this, 'Spark', {
      settings,
      network,
      jobRole,
      logsUri: storage.logsUri,
      key: storage.key,
    });
    const image = projectImage(this, 'Image');
    image.repository.grantPull(jobRole);
    const workers = new WorkerService(this, 'Workers', { settings, network, image });
    allowWorkers(workers.taskRole, { storage, application, cluster, jobRole });
    new Notebooks(this, 'Notebooks', { settings, network, data });
    new Watch(this, 'Watch', { settings, workers, application });

    // As they stand in tempered.json.
    const outputs: Readonly<Record<string, string>> = {
      'aws.logs': storage.logsUri,
      'emrServerless.applicationId': application.attrApplicationId,
      'emrServerless.executionRole': jobRole.roleArn,
      'sagemaker.role': jobRole.roleArn,
      'sagemaker.image': image.imageUri,
      ...(cluster && { 'emr.clusterId': cluster.ref }),
    };
    for (const [field, value] of Object.entries(outputs)) {
      new CfnOutput(this, field.replace('.', ''), { value, description: `${field} of tempered.json` });
    }
  }
}
