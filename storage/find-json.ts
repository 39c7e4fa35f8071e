import { z } from 'zod';
import type { Storage } from './storage.js';

/**
 * Reads a small JSON file of our own. One that is absent, or does not parse, is undefined: whoever reads it can do without, and
 * the next writer replaces it.
 */
export async function findJson<T>(storage: Storage, uri: string, schema: z.ZodType<T>): Promise<T | undefined> {
  if ((await storage.stat(uri)) === undefined) return undefined;
  return parseJson(await storage.read(uri), schema);
}

/** The value in a small JSON file; undefined when it does not parse. */
export function parseJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
