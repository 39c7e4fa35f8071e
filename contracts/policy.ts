import { z } from 'zod';

/**
 * How failed attempts are answered. `ladder` is the product; the other two do what most schedulers do, and exist to be compared
 * with: `blind-retry` repeats whatever failed, `blind-doubling` doubles its memory, neither looks at the cause or keeps work.
 */
export const PolicyName = z.enum(['ladder', 'blind-retry', 'blind-doubling']);
export type PolicyName = z.infer<typeof PolicyName>;
