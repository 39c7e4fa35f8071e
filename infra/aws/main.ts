import { App } from 'aws-cdk-lib';
import { buildDeployment } from './deployment.js';
import { parseSettings } from './settings.js';

// `cdk synth`, `cdk deploy`: run in this folder.
const app = new App();
buildDeployment(app, parseSettings(app.node.tryGetContext('tempered')));
app.synth();
