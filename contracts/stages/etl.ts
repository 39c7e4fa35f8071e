import { z } from 'zod';
import { DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';
import { SPARK_LEVERS, SPARK_SETTINGS } from './spark-stage.js';

/** How rows are dealt to train, holdout and unseen: by a seeded hash of the id, or as the published report did it. */
export const Split = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('random'),
    seed: z.int().nonnegative(),
    holdout: z.number().gt(0).lt(1),
    unseen: z.number().min(0).lt(1),
  }),
  z.strictObject({ kind: z.literal('report'), sampleRows: z.int().min(10) }),
]);
export type Split = Readonly<z.infer<typeof Split>>;

/** What happens to rows that signed up after the data date. */
export const FutureDates = z.enum(['keep', 'drop']);

/** Up to here a quick start of the JVM saves more than its best compiler would; measured on two cores. */
const SMALL_JOB_ROWS = 3_000_000;

/** Cleans the employee table in Spark, answers the report's two queries and splits the rows. */
export const etl = defineStage({
  name: 'etl',
  inputs: { raw: DatasetRef },
  requires: {
    raw: {
      id: ['int64', 'int32'],
      name: ['string'],
      age: ['int64', 'int32'],
      salary: ['double', 'float'],
      signup_date: ['timestamp[us]', 'timestamp[ms]', 'timestamp[ns]', 'date32[day]'],
      is_active: ['bool'],
    },
  },
  params: {
    dataDate: z.iso.date(),
    futureDates: FutureDates,
    split: Split,
    maxRejectedShare: z.number().min(0).max(1),
  },
  output: {
    employees: DatasetRef,
    topSalaries: DatasetRef,
    youngestActive: DatasetRef,
    oldestActive: DatasetRef,
    train: DatasetRef,
    holdout: DatasetRef,
    unseen: DatasetRef,
    /** The five rows with the smallest ids, with their features. */
    firstRows: DatasetRef,
    quarantine: DatasetRef,
    counts: z.record(z.string(), z.int().nonnegative()),
    benchmark: z.record(z.string(), z.number()),
  },
  job: { engine: 'spark', entry: 'jobs/spark/etl.py' },
  needs: { memory: '2GiB', memoryPerRow: '36B', cpus: 2, disk: '256MiB', diskPerRow: '160B' },
  settings: (rows) => ({ ...SPARK_SETTINGS, smallJob: rows <= SMALL_JOB_ROWS }),
  levers: SPARK_LEVERS,
  salvage: 'steps',
});
