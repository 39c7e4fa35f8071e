import { ExactSum } from './exact-sum.js';

/**
 * Mean and sum of squared differences from it, of values that arrive in batches. All are counted from the first value, each
 * batch is centred on its own mean, and batches are merged by the formula of Chan, Golub and LeVeque, so that nothing cancels
 * however far from zero the values lie. Values that are all equal have a spread of exactly 0.
 */
export class Moments {
  private count = 0;
  private origin = 0;
  /** Mean of the values, counted from the origin. */
  private centre = 0;
  private readonly squares = new ExactSum();

  /** Adds `count` values; `valueAt` is called more than once for each. */
  addBatch(count: number, valueAt: (index: number) => number): void {
    if (count === 0) return;
    if (this.count === 0) this.origin = valueAt(0);
    const first = valueAt(0) - this.origin;
    const shifted = new ExactSum();
    for (let i = 1; i < count; i++) shifted.add(valueAt(i) - this.origin - first);
    const batchMean = first + shifted.value / count;
    for (let i = 0; i < count; i++) this.squares.add((valueAt(i) - this.origin - batchMean) ** 2);
    const before = this.count;
    this.count += count;
    const step = batchMean - this.centre;
    if (before > 0) this.squares.add(step * step * ((before * count) / this.count));
    this.centre = before === 0 ? batchMean : this.centre + step * (count / this.count);
  }

  get mean(): number {
    return this.origin + this.centre;
  }

  /** Sum of squared differences from the mean. */
  get spread(): number {
    return this.squares.value;
  }
}
