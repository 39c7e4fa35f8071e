import { z } from 'zod';

/** Anything that JSON can hold. What crosses a process border is this and nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Parses any JSON value. */
export const Json: z.ZodType<Json> = z.json();

/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json>>;

/** Parses a JSON object. */
export const JsonObject = z.record(z.string(), Json);

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Writes JSON with the keys of every object in order, so that equal values give equal bytes and equal hashes.
 * Keys whose value is `undefined` are left out, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
