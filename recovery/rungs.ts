import type { Resources } from '../contracts/resources.js';

/** The sizes that a platform sells up to a limit, smallest first. */
export function rungsUpTo(sizes: readonly Resources[], mostBytes: number): readonly Resources[] {
  return sizes.filter(({ memoryBytes }) => memoryBytes <= mostBytes);
}

/**
 * The smallest of these sizes with enough memory and CPUs; where no size has both, memory counts before CPUs, since fewer CPUs make a
 * job slower and less memory kills it.
 * @param rungs smallest first; at least one
 */
export function roundUp(
  rungs: readonly [Resources, ...Resources[]],
  least: { readonly memoryBytes: number; readonly cpus: number },
): Resources {
  const roomy = rungs.filter(({ memoryBytes }) => memoryBytes >= least.memoryBytes);
  return roomy.find(({ cpus }) => cpus >= least.cpus) ?? roomy[0] ?? rungs.at(-1) ?? rungs[0];
}
