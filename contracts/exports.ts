/** The package `tempered`: what a pipeline file of a user's own is written with. */
export { z } from 'zod';
export type { OwnPipeline as Pipeline } from './pipelines/own.js';
export { ArtifactRef, DatasetRef, ModelRef } from './refs.js';
export { defineStage } from './stage.js';
