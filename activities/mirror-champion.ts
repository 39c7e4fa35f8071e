import { TemperedError } from '../contracts/failure.js';
import type { MirroredModel } from '../contracts/mirrored-model.js';
import { mirrorChampion as mirror } from '../models/mirror-champion.js';
import type { JobsContext } from './context.js';

/**
 * Activity: makes the mirror of our registry show the champion of a name as our registry has it now, whoever promoted it. Doing it again
 * changes nothing; when another model is promoted meanwhile, the last word is that one's.
 * @throws TemperedError `WRONG_INPUT` or `PLATFORM_UNAVAILABLE` in the mirror's own words
 */
export function mirrorChampion({ storage, modelMirror }: JobsContext) {
  return async (name: string): Promise<MirroredModel> => {
    if (modelMirror === null) {
      throw new TemperedError('WRONG_INPUT', 'this worker has no mirror of the model registry', {
        field: 'sagemaker.modelPackageGroup',
        advice: 'start both workers with the same tempered.json: npx tempered down && npx tempered up',
      });
    }
    return mirror(storage, name, (champion) => modelMirror.show(champion));
  };
}
