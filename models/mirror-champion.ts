import { TemperedError } from '../contracts/failure.js';
import type { Champion, MirroredModel } from '../contracts/mirrored-model.js';
import type { Storage } from '../storage/storage.js';
import { CHAMPION } from './model-alias.js';
import { loadMetrics } from './model-card.js';
import { findModel } from './model-store.js';

/**
 * Has a mirror show the champion of a name as our registry has it now, whoever made it so. Doing it again changes nothing; when another
 * model becomes the champion meanwhile, the last word is that one's.
 * @throws {TemperedError} `WRONG_INPUT` for a name without a champion; what `show` throws
 */
export async function mirrorChampion(
  storage: Storage,
  name: string,
  show: (champion: Champion) => Promise<MirroredModel>,
): Promise<MirroredModel> {
  for (;;) {
    const model = await findModel(storage, name, CHAMPION);
    if (model === undefined) {
      throw new TemperedError('WRONG_INPUT', `model ${name} has no champion`, { field: 'model' });
    }
    const shown = await show({ model, metrics: (await loadMetrics(storage, model)) ?? {} });
    if ((await findModel(storage, name, CHAMPION))?.sha256 === model.sha256) return shown;
  }
}
