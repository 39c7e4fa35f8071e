/** The package `tempered/workflow`: what a workflow file of a user's own is written with. */
export { defineOwnPipeline as definePipeline } from './own-pipeline.js';
export { proxyStages } from './proxy-stages.js';
