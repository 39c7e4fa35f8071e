/** How much a run read: rows, and bytes where it reads no rows, as a stage that takes a model. */
export interface InputSize {
  readonly rows: number;
  readonly bytes: number;
}

/** Two inputs are like-sized when neither is more than twice the other. */
const LIKE_SIZED = 2;

/** The one number that inputs are compared by. */
export function amountOf({ rows, bytes }: InputSize): number {
  return rows > 0 ? rows : bytes;
}

/** True when the amounts are within a factor of two. */
export function isLikeSized(one: number, other: number): boolean {
  return one <= LIKE_SIZED * other && other <= LIKE_SIZED * one;
}

/** First and last amount that is like-sized to this one. */
export function likeSizedRange(amount: number): { readonly first: number; readonly last: number } {
  return { first: Math.ceil(amount / LIKE_SIZED), last: LIKE_SIZED * amount };
}
