import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';
import { SPARK_LEVERS, SPARK_SETTINGS } from './spark-stage.js';

/** What a day's air is measured by. */
export const Pollutant = z.enum(['no2', 'so2', 'co', 'o3', 'pm25', 'pm10']);

/** A part of the map, in degrees. */
export const BoundingBox = z.strictObject({
  longitudeMin: z.number().min(-180).max(180),
  longitudeMax: z.number().min(-180).max(180),
  latitudeMin: z.number().min(-90).max(90),
  latitudeMax: z.number().min(-90).max(90),
});

/** Reads readings and weather in the formats they are published in, and makes them one row a local day. */
export const ingest = defineStage({
  name: 'ingest',
  inputs: { readings: ArtifactRef, weather: ArtifactRef.nullable() },
  params: {
    /** `station`: hourly rows of a Beijing station, its weather beside them; `openaq`: NDJSON readings, and GSOD files for the weather. */
    format: z.enum(['station', 'openaq']),
    pollutant: Pollutant,
    city: z.string().min(1).nullable(),
    unit: z.string().min(1).nullable(),
    boundingBox: BoundingBox.nullable(),
    minHours: z.int().min(1).max(24),
    maxRejectedShare: z.number().min(0).max(1),
  },
  output: {
    days: DatasetRef,
    quarantine: DatasetRef,
    counts: z.strictObject({ read: z.int().nonnegative(), rejected: z.int().nonnegative() }),
    /** Lines put aside, by source and reason. */
    reasons: z.record(z.string(), z.int().positive()),
  },
  job: { engine: 'spark', entry: 'jobs/spark/air_ingest.py' },
  needs: { memory: '2GiB', cpus: 2, disk: '256MiB' },
  settings: { ...SPARK_SETTINGS, smallJob: true },
  levers: SPARK_LEVERS,
  salvage: 'steps',
});
