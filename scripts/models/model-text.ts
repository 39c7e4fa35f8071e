import { formatBytes } from '../../contracts/bytes.js';
import type { Provenance } from '../../contracts/manifest.js';
import type { Metrics } from '../../contracts/metrics.js';
import type { ModelRef } from '../../contracts/refs.js';
import type { AliasChange } from '../../models/model-alias.js';
import type { ModelDescription } from '../../models/model-card.js';
import type { StoredModel } from '../../models/model-store.js';
import { formatCount, formatMetric } from '../format.js';
import { table } from '../table.js';

/** Enough of a hash to tell versions apart, and to name one in a command. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 12);
}

/** Every version of every model, and which one counts. */
export function listText(models: readonly (StoredModel & { readonly metrics: Metrics | null })[]): string {
  if (models.length === 0) return 'no model is stored yet\nnext   npx start-workflow salary --watch';
  const rows = models.map(({ ref, bytes, publishedAt, aliases, metrics }) => [
    ref.name,
    shortHash(ref.sha256),
    aliases.join(', '),
    metrics ? formatMetric(metrics.r2) : '',
    metrics ? formatMetric(metrics.rmse) : '',
    formatBytes(bytes),
    publishedAt === null ? 'unknown' : moment(publishedAt),
  ]);
  return table([['model', 'version', 'alias', 'r2', 'rmse', 'size', 'stored'], ...rows], [3, 4, 5]);
}

/** What `models show` tells. */
export interface ShownModel {
  readonly model: ModelRef;
  readonly isChampion: boolean;
  readonly metrics: Metrics | null;
  readonly description: ModelDescription | null;
  readonly provenance: Provenance | null;
  /** Every move of the champion so far, oldest first. */
  readonly champions: readonly AliasChange[];
}

/** One version of a model, and the moves of the champion, newest first. */
export function showText({ model, isChampion, metrics, description, provenance, champions }: ShownModel): string {
  const moves = champions
    .toReversed()
    .map(({ sha256, changedAt, by }) => [`  ${shortHash(sha256)}`, moment(changedAt), by]);
  return [
    `model  ${model.name} ${shortHash(model.sha256)}${isChampion ? '  (champion)' : ''}`,
    `at     ${model.uri}`,
    ...(description ? [`is     ${descriptionText(description)}`] : []),
    metrics
      ? `metric r2 ${formatMetric(metrics.r2)}, rmse ${formatMetric(metrics.rmse)} on ${formatCount(metrics.rows)} held-out rows`
      : 'metric nobody measured it before it was stored',
    ...(provenance ? [`by     run ${provenance.workflowId}, ${moment(provenance.publishedAt)}`] : []),
    ...(moves.length > 0 ? ['champions, newest first', table(moves)] : ['no version is the champion']),
  ].join('\n');
}

function descriptionText({ learner, target, features, trainingSnapshot }: ModelDescription): string {
  return `${learner} for ${target} from ${features.map(({ name }) => name).join(', ')}; trained on ${formatCount(trainingSnapshot.rows)} rows`;
}

function moment(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}
