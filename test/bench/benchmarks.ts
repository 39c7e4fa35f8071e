import { measureOrchestration } from './orchestration.js';

/** One number that a benchmark must reach. Neither bound: the value must be true. */
export interface Goal {
  readonly what: string;
  /** Where the number stands in what was measured, as `wide.ratio`. */
  readonly path: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

interface Common {
  readonly name: string;
  readonly what: string;
  readonly goals: readonly Goal[];
}

/** A program that prints one JSON line last, or a function. */
export type Benchmark = Common &
  (
    | { readonly kind: 'node'; readonly run: () => Promise<unknown> }
    | { readonly kind: 'python'; readonly command: readonly string[]; readonly timeoutMs: number }
  );

const MINUTE_MS = 60_000;
const GIB = 2 ** 30;

/** Every benchmark. A new one is one entry. */
export const BENCHMARKS: readonly Benchmark[] = [
  {
    kind: 'node',
    name: 'orchestration',
    what: 'six stages with instant jobs, six cached stages, six bare Temporal activities; median of 15 rounds',
    run: measureOrchestration,
    goals: [
      { what: "milliseconds that a stage adds to its job's own", path: 'addedPerStageMs', atMost: 100 },
      { what: 'milliseconds of a fully cached run', path: 'cachedRunMs', atMost: 1000 },
    ],
  },
  {
    kind: 'python',
    name: 'generate',
    what: "30 M published rows against the original's loop over the rows",
    command: ['test/bench/generate_published.py'],
    timeoutMs: 10 * MINUTE_MS,
    goals: [
      { what: 'times faster', path: 'ratio', atLeast: 10 },
      { what: "every value is the original's", path: 'equal' },
    ],
  },
  {
    kind: 'python',
    name: 'spark-start',
    what: "Spark's start to the first finished job against stock pip PySpark's",
    command: ['test/bench/spark_start.py'],
    timeoutMs: 10 * MINUTE_MS,
    goals: [{ what: "of the stock start's time, as the pipeline starts it", path: 'ratios.job', atMost: 0.6 }],
  },
  {
    kind: 'python',
    name: 'spark-etl',
    what: "the report's three ETL jobs in Spark against DuckDB, 30 M rows of distinct chunks, warm",
    command: ['test/bench/spark_etl.py'],
    timeoutMs: 20 * MINUTE_MS,
    goals: [
      { what: "of DuckDB's time, copy", path: 'ratios.copy', atMost: 3 },
      { what: "of DuckDB's time, top ten", path: 'ratios.topSalaries', atMost: 0.5 },
      { what: "of DuckDB's time, youngest and oldest", path: 'ratios.youngestAndOldest', atMost: 3 },
    ],
  },
  {
    kind: 'python',
    name: 'report-grid',
    what: '24 fits on Ray against a serial loop over the same fits',
    command: ['test/bench/tune_report_grid.py'],
    timeoutMs: 10 * MINUTE_MS,
    goals: [
      { what: 'of the serial time', path: 'ratio', atMost: 1.3 },
      { what: 'the same scores', path: 'equal' },
    ],
  },
  {
    kind: 'python',
    name: 'tune',
    what: '20 trials on 24 M distinct rows, streamed by lgb.Sequence',
    command: ['test/bench/tune_search.py', '--distinct'],
    timeoutMs: 20 * MINUTE_MS,
    goals: [
      { what: 'peak bytes of the largest process', path: 'processPeakBytes', atMost: 2.5 * GIB },
      { what: 'validation error by the noise', path: 'mseByNoise', atMost: 1.01 },
    ],
  },
  {
    kind: 'python',
    name: 'predict',
    what: 'the predict job against a plain pyarrow and LightGBM loop, 4 M rows, 100 trees',
    command: ['test/bench/predict_rows_per_second.py'],
    timeoutMs: 20 * MINUTE_MS,
    goals: [
      { what: "of the plain loop's rows a second, few-valued features", path: 'narrow.ratio', atLeast: 0.9 },
      { what: "of the plain loop's rows a second, wide features", path: 'wide.ratio', atLeast: 0.9 },
    ],
  },
];
