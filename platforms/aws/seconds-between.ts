/** From one moment of a job's life to another; 0 where one of them has not come, or a service's clocks disagree. */
export function secondsBetween(from: Date | undefined, to: Date | undefined): number {
  return from && to ? Math.max(0, (to.getTime() - from.getTime()) / 1000) : 0;
}
