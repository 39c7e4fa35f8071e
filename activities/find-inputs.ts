import path from 'node:path';
import { TemperedError } from '../contracts/failure.js';
import { ArtifactRef, DatasetRef, type ModelRef } from '../contracts/refs.js';
import { etl } from '../contracts/stages/etl.js';
import { CHAMPION } from '../models/model-alias.js';
import { findModel, loadModel as loadStoredModel } from '../models/model-store.js';
import { importPath } from '../storage/import.js';
import { findArtifact, findDataset } from '../storage/snapshots.js';
import { latestStageRecord } from '../storage/stage-records.js';
import type { ActivityContext } from './context.js';

/** Local activity: the published dataset at a URI, its files checked. */
export function loadDataset({ storage }: ActivityContext) {
  return (uri: string): Promise<DatasetRef> => findDataset(storage, uri);
}

/** Local activity: the published folder of original files at a URI, its files checked. */
export function loadArtifact({ storage }: ActivityContext) {
  return (uri: string): Promise<ArtifactRef> => findArtifact(storage, uri);
}

/** Local activity: a file that ships with the code, imported as `tempered import` would. The same file is kept once. */
export function loadSample({ storage, projectRoot }: ActivityContext) {
  return async (file: string): Promise<ArtifactRef> =>
    ArtifactRef.parse(await importPath(storage, path.join(projectRoot, file)));
}

/** Local activity: the rows that no model has seen, of the newest ETL output, their files checked. */
export function loadUnseen({ storage }: ActivityContext) {
  return async (): Promise<DatasetRef> => {
    const record = await latestStageRecord(storage, etl.name);
    const unseen = DatasetRef.safeParse(record?.output.unseen);
    if (unseen.success) return findDataset(storage, unseen.data.uri);
    throw new TemperedError('WRONG_INPUT', 'dataset: none was given, and no salary run has left unseen rows yet', {
      field: 'dataset',
      advice: 'run the salary pipeline first (npx start-workflow salary), or import data: npx tempered import PATH',
    });
  };
}

/** Local activity: the champion of a name, or null when there is none yet. */
export function findChampion({ storage }: ActivityContext) {
  return async (name: string): Promise<ModelRef | null> => (await findModel(storage, name, CHAMPION)) ?? null;
}

/** Local activity: a stored model by alias or hash, every file compared with its hash. */
export function loadModel({ storage }: ActivityContext) {
  return ({ name, version }: { readonly name: string; readonly version: string }): Promise<ModelRef> =>
    loadStoredModel(storage, name, version);
}
