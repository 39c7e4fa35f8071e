import { type App, Tags, Validations } from 'aws-cdk-lib';
import { ComputeStack } from './compute-stack.js';
import { DataStack } from './data-stack.js';
import { OpenFindings } from './findings.js';
import type { DeploymentSettings } from './settings.js';

/** The two halves of a deployment. */
export interface Deployment {
  /** What must outlive everything: the bucket, its key, the catalog. */
  readonly data: DataStack;
  /** What can be thrown away and made again: network, engines, workers, alarms. */
  readonly compute: ComputeStack;
}

/** Puts both stacks into an app. `cdk synth` fails on a finding of AWS' own rules for solutions that nobody has looked at. */
export function buildDeployment(app: App, settings: DeploymentSettings): Deployment {
  const data = new DataStack(app, `${settings.name}-data`, settings);
  const compute = new ComputeStack(app, `${settings.name}-compute`, { settings, data });
  Tags.of(app).add('project', settings.name);
  Validations.of(app).addPlugins(new OpenFindings(app));
  return { data, compute };
}
