import { TemperedError } from '../../contracts/failure.js';
import { type AliasOutcome, CHAMPION, findAlias } from '../../models/model-alias.js';
import { chooseVersion, newestVersion } from '../../models/choose-version.js';
import { findDescription, findMetrics } from '../../models/model-card.js';
import { listModels, modelNames, promote as makeChampion } from '../../models/model-store.js';
import { rollBack } from '../../models/rollback.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import { findProvenance } from '../../storage/provenance.js';
import type { Storage } from '../../storage/storage.js';
import type { Answer } from '../io.js';
import { mirrorExitCode, mirrorText, showInMirror } from '../models/mirror.js';
import { listText, shortHash, showText } from '../models/model-text.js';
import { personHere } from '../models/person-here.js';

/** `tempered models list [MODEL]`: what is stored, and which version is in use. */
export async function list(name?: string): Promise<Answer> {
  const { storage } = open();
  const names = await modelNames(storage);
  if (name !== undefined && !names.includes(name)) await chooseVersion(storage, name, CHAMPION); // says what there is
  const stored = await listModels(storage, name);
  const models = await Promise.all(
    stored.map(async (model) => ({ ...model, metrics: await findMetrics(storage, model.ref) })),
  );
  return { document: { models }, text: listText(models) };
}

/** `tempered models show MODEL [VERSION]`: one version, by default the champion, and how the champion came to be it. */
export async function show(name: string, version: string = CHAMPION): Promise<Answer> {
  const { storage } = open();
  const model = await chooseVersion(storage, name, version);
  const [champion, description, metrics, provenance] = await Promise.all([
    findAlias(storage, { name, alias: CHAMPION }),
    findDescription(storage, model),
    findMetrics(storage, model),
    findProvenance(storage, model.uri),
  ]);
  const document = {
    model,
    isChampion: champion?.sha256 === model.sha256,
    ...{ metrics, description, provenance: provenance ?? null },
    champions: champion?.history ?? [],
  };
  return { document, text: showText(document) };
}

/** `tempered models promote MODEL [VERSION]`: makes a version the champion, by default the newest. */
export async function promote(name: string, version?: string): Promise<Answer> {
  const place = open();
  const { storage } = place;
  const model = await (version === undefined ? newestVersion(storage, name) : chooseVersion(storage, name, version));
  const before = (await findAlias(storage, { name, alias: CHAMPION }))?.sha256 ?? null;
  const outcome = await makeChampion(storage, model, { expected: before, ...now() });
  return changed(place, { name, from: before, to: model.sha256, outcome });
}

/** `tempered models rollback [MODEL]`: makes the champion before this one the champion again. */
export async function rollback(given?: string): Promise<Answer> {
  const place = open();
  const name = given ?? (await onlyModel(place.storage));
  const { model, from, outcome } = await rollBack(place.storage, name, now());
  return changed(place, { name, from, to: model.sha256, outcome });
}

interface Place {
  readonly storage: Storage;
  readonly profile: ReturnType<typeof loadProfile>['profile'];
}

function open(): Place {
  const { storageRootUri, inputFolders, profile } = loadProfile();
  return { profile, storage: openStorage(storageRootUri, inputFolders, profile.aws) };
}

/** Who moves an alias, and when. */
function now(): { readonly by: string; readonly at: string } {
  return { by: personHere(), at: new Date().toISOString() };
}

/** Rolling back without a name is clear where there is one model. */
async function onlyModel(storage: Storage): Promise<string> {
  const names = await modelNames(storage);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const allowed = names.length === 0 ? 'none is stored yet' : `one of ${names.join(', ')}`;
  throw new TemperedError('WRONG_INPUT', `MODEL: found nothing; allowed is ${allowed}`, {
    field: 'MODEL',
    ...(only !== undefined && { advice: `name it: npx tempered models rollback ${only}` }),
  });
}

interface Change {
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  readonly outcome: AliasOutcome;
}

/** What a change came to. The mirror is asked also when nothing changed: an earlier change may not have reached it. */
async function changed({ storage, profile }: Place, { name, from, to, outcome }: Change): Promise<Answer> {
  if (outcome.kind === 'conflict') {
    const { by = 'somebody', sha256 = 'none' } = outcome.current ?? {};
    throw new TemperedError(
      'WRONG_INPUT',
      `${by} made ${sha256} the champion of ${name} just now; nothing was changed`,
      {
        field: 'model',
        advice: `look again: npx tempered models show ${name}`,
      },
    );
  }
  const mirror = await showInMirror(profile, storage, name);
  const document = { name, from, champion: to, kind: outcome.kind, mirror };
  const was = from === null ? 'there was none before' : `before: ${shortHash(from)}`;
  const text =
    outcome.kind === 'unchanged'
      ? `champion of ${name} is ${shortHash(to)} already`
      : `champion of ${name} is ${shortHash(to)}   (${was})`;
  return { document, text: [text, ...mirrorText(mirror)].join('\n'), exitCode: mirrorExitCode(mirror) };
}
