import type { Metrics } from '../contracts/metrics.js';
import { ExactSum } from './exact-sum.js';
import { Moments } from './moments.js';

/** Numbers in row order; plain arrays and typed ones alike. */
export type Values = ArrayLike<number>;

/**
 * Regression metrics of predictions that arrive in batches, in bounded memory. Written apart from the Python jobs' and in
 * another way, so that the two prove one another; the definitions are scikit-learn's. Where all labels are equal, `r2` and
 * `explainedVariance` are 1 if nothing is left to explain, else 0.
 */
export class RegressionMetrics {
  private rows = 0;
  private readonly squaredErrors = new ExactSum();
  private readonly absoluteErrors = new ExactSum();
  private readonly relativeErrors = new ExactSum();
  private readonly labels = new Moments();
  private readonly errors = new Moments();

  /**
   * Adds a batch of rows.
   * @throws RangeError when the two are not equally long
   */
  addBatch(labels: Values, predictions: Values): void {
    const count = labels.length;
    if (predictions.length !== count) {
      throw new RangeError(`${count} labels and ${predictions.length} predictions are not equally many`);
    }
    const errors = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const label = labels[i] ?? NaN;
      const prediction = predictions[i] ?? NaN;
      const error = prediction - label;
      const scale = Math.abs(label) + Math.abs(prediction);
      errors[i] = error;
      this.squaredErrors.add(error * error);
      this.absoluteErrors.add(Math.abs(error));
      if (scale > 0) this.relativeErrors.add((2 * Math.abs(error)) / scale);
    }
    this.labels.addBatch(count, (i) => labels[i] ?? NaN);
    this.errors.addBatch(count, (i) => errors[i] ?? NaN);
    this.rows += count;
  }

  /**
   * The metrics of all rows so far.
   * @throws RangeError when there are none
   */
  result(): Metrics {
    const { rows } = this;
    if (rows === 0) throw new RangeError('metrics of no rows are not defined');
    const mse = this.squaredErrors.value / rows;
    return {
      mse,
      rmse: Math.sqrt(mse),
      mae: this.absoluteErrors.value / rows,
      r2: shareExplained(this.squaredErrors.value, this.labels.spread),
      explainedVariance: shareExplained(this.errors.spread, this.labels.spread),
      bias: this.errors.mean,
      smape: this.relativeErrors.value / rows,
      rows,
    };
  }
}

function shareExplained(unexplained: number, total: number): number {
  if (total === 0) return unexplained === 0 ? 1 : 0;
  return 1 - unexplained / total;
}
