import { z } from 'zod';
import { TemperedError } from '../contracts/failure.js';
import { Metrics } from '../contracts/metrics.js';
import type { ModelRef } from '../contracts/refs.js';
import { findJson } from '../storage/find-json.js';
import type { Storage } from '../storage/storage.js';
import { childUri } from '../storage/uri.js';

/** The card of a model, written by `jobs/lib/model_card.py`. */
const CARD_FILE = 'model.json';

const GoldenRow = z.object({ features: z.record(z.string(), z.number()), prediction: z.number() });
/** A row and what the model said about it when it was saved. */
export type GoldenRow = Readonly<z.infer<typeof GoldenRow>>;

const Card = z.object({
  golden: z.array(GoldenRow).min(1),
  /** What the stage `evaluate` measured; a candidate that was not stored yet has something else or nothing here. */
  metrics: z.object({ candidate: Metrics }).nullable().catch(null),
});

/**
 * The rows that prove a model wherever it runs.
 * @throws {TemperedError} `INVALID_DATA` when its card has none
 */
export async function loadGoldenRows(storage: Storage, model: ModelRef): Promise<readonly GoldenRow[]> {
  return (await loadCard(storage, model)).golden;
}

/** As {@link loadMetrics}; null also for a model whose card cannot be read. For lists, which one bad model must not end. */
export async function findMetrics(storage: Storage, { uri }: ModelRef): Promise<Metrics | null> {
  return (await findJson(storage, childUri(uri, CARD_FILE), Card))?.metrics?.candidate ?? null;
}

/**
 * What was measured of a model before it was stored; null when nothing was.
 * @throws {TemperedError} `INVALID_DATA` for a card that is none
 */
export async function loadMetrics(storage: Storage, model: ModelRef): Promise<Metrics | null> {
  return (await loadCard(storage, model)).metrics?.candidate ?? null;
}

/** What a model is, in the words of its card. */
const Description = z.object({
  learner: z.string(),
  target: z.string(),
  features: z.array(z.object({ name: z.string(), type: z.string() })),
  trainingSnapshot: z.object({ rows: z.number() }),
});
export type ModelDescription = Readonly<z.infer<typeof Description>>;

/** What a stored model is; null for one whose card does not say it, or that has none. */
export async function findDescription(storage: Storage, { uri }: ModelRef): Promise<ModelDescription | null> {
  return (await findJson(storage, childUri(uri, CARD_FILE), Description)) ?? null;
}

async function loadCard(storage: Storage, { uri }: ModelRef): Promise<z.infer<typeof Card>> {
  const cardUri = childUri(uri, CARD_FILE);
  const card = Card.safeParse(JSON.parse(new TextDecoder().decode(await storage.read(cardUri))));
  if (card.success) return card.data;
  const message = `${cardUri}: no card of a model: ${z.prettifyError(card.error)}`;
  throw new TemperedError('INVALID_DATA', message, { field: 'golden' }, { cause: card.error });
}
