import { awaitJob } from './await-job.js';
import type { ActivityContext, JobsContext } from './context.js';
import { decide } from './decide.js';
import { awaitEndpoint, deleteEndpoint, deployEndpoint, invokeEndpoint, validateEndpoint } from './endpoints.js';
import { findDay } from './find-day.js';
import { findChampion, loadArtifact, loadDataset, loadModel, loadSample, loadUnseen } from './find-inputs.js';
import { judge } from './judge.js';
import { mirrorChampion } from './mirror-champion.js';
import { parseInput } from './parse-input.js';
import { planStage } from './plan-stage.js';
import { promote } from './promote.js';
import { publishStage } from './publish-stage.js';
import { stopJob } from './stop-job.js';
import { submitJob } from './submit-job.js';

/** Quick steps that run inside the orchestrator, as local activities. */
export function localActivities(context: ActivityContext) {
  return {
    parseInput: parseInput(context),
    planStage: planStage(context),
    decide: decide(context),
    publishStage: publishStage(context),
    loadArtifact: loadArtifact(context),
    loadSample: loadSample(context),
    loadDataset: loadDataset(context),
    loadUnseen: loadUnseen(context),
    findDay: findDay(context),
    findChampion: findChampion(context),
    loadModel: loadModel(context),
    promote: promote(context),
  };
}
export type LocalActivities = ReturnType<typeof localActivities>;

/** Steps that reach platforms or read much data; they run in the jobs worker. */
export function jobsActivities(context: JobsContext) {
  return {
    submitJob: submitJob(context),
    awaitJob: awaitJob(context),
    stopJob: stopJob(context),
    judge: judge(context),
    mirrorChampion: mirrorChampion(context),
    deployEndpoint: deployEndpoint(context),
    awaitEndpoint: awaitEndpoint(context),
    validateEndpoint: validateEndpoint(context),
    invokeEndpoint: invokeEndpoint(context),
    deleteEndpoint: deleteEndpoint(context),
  };
}
export type JobsActivities = ReturnType<typeof jobsActivities>;
