import { z } from 'zod';

/** Regression metrics of one set of predictions. `bias` is the mean of prediction - label; `smape` is a fraction from 0 to 2. */
export const Metrics = z.strictObject({
  mse: z.number().nonnegative(),
  rmse: z.number().nonnegative(),
  mae: z.number().nonnegative(),
  r2: z.number(),
  explainedVariance: z.number(),
  bias: z.number(),
  smape: z.number().nonnegative(),
  rows: z.int().positive(),
});
export type Metrics = Readonly<z.infer<typeof Metrics>>;

/** A 95 % bootstrap interval: lower and upper end. */
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = Readonly<z.infer<typeof Interval>>;

/** A forecast that needs no model, and how far it is off. */
const Baseline = z.strictObject({ name: z.string(), metrics: Metrics });

/** What the evaluate job measured of a candidate on a holdout that training never saw. */
export const Evaluation = z.strictObject({
  candidate: Metrics,
  /** The strongest of the baselines: the one to beat. */
  baseline: Baseline,
  /** All of them; absent in evaluations of earlier releases, which knew the mean alone. */
  baselines: z.array(Baseline).optional(),
  champion: Metrics.nullable(),
  intervals: z.strictObject({
    mse: Interval,
    r2: Interval,
    improvementOverBaseline: Interval,
    improvementOverChampion: Interval.nullable(),
  }),
  samplePredictions: z.array(z.number()),
});
export type Evaluation = Readonly<z.infer<typeof Evaluation>>;
