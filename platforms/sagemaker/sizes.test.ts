import { describe, expect, test } from '@jest/globals';
import { DEFAULT_INSTANCE_TYPES, INSTANCE_TYPES } from '../../contracts/instance-types.js';
import { chooseType, offerOf, sizeClasses, volumeGib } from './sizes.js';

const GIB = 2 ** 30;
const resources = (gib: number) => ({ memoryBytes: gib * GIB, cpus: 1, diskBytes: 0 });

describe('the sizes of SageMaker', () => {
  test('by default double from 16 to 512 GiB, each with a second type', () => {
    const classes = sizeClasses();
    expect(classes.map(([first]) => first.memoryGib)).toEqual([16, 32, 64, 128, 256, 512]);
    expect(classes.map(([first]) => first.name)).toEqual([
      'ml.m6i.xlarge',
      'ml.m6i.2xlarge',
      'ml.r7i.2xlarge',
      'ml.r7i.4xlarge',
      'ml.r7i.8xlarge',
      'ml.r7i.16xlarge',
    ]);
    expect(classes.every((types) => types.length === 2)).toBe(true);
  });

  test('every default type is one that the profile would allow', () => {
    expect(DEFAULT_INSTANCE_TYPES.filter((name) => !INSTANCE_TYPES.has(name))).toEqual([]);
  });

  test('of a list of ones own come in order of memory, those of one memory together in the order of the list', () => {
    const classes = sizeClasses(['ml.r7i.xlarge', 'ml.m7i.2xlarge', 'ml.m6i.xlarge', 'ml.m6i.2xlarge']);
    expect(classes.map((types) => types.map(({ name }) => name))).toEqual([
      ['ml.m6i.xlarge'],
      ['ml.r7i.xlarge', 'ml.m7i.2xlarge', 'ml.m6i.2xlarge'],
    ]);
  });

  test('are billed as whole instances while they work', () => {
    const { usageOf } = offerOf(sizeClasses(), ({ engine }) => (engine === 'ray' ? 3 : 1));
    const job = { stage: 'tune', engine: 'python', resources: resources(20) } as const;
    expect(usageOf?.(job, 1800).instanceHours).toEqual({ 'ml.m6i.2xlarge': 0.5 });
    expect(usageOf?.({ ...job, engine: 'ray' }, 1800).instanceHours).toEqual({ 'ml.m6i.2xlarge': 1.5 });
  });

  test('are offered with the CPUs that every type of the class has', () => {
    const { sizes, largest } = offerOf(sizeClasses(['ml.m7i.2xlarge', 'ml.r7i.xlarge', 'ml.m6i.xlarge']), () => 1);
    expect(sizes?.map(({ memoryBytes, cpus }) => [memoryBytes / GIB, cpus])).toEqual([
      [16, 4],
      [32, 4],
    ]);
    expect(largest).toEqual(sizes?.at(-1));
  });
});

describe('the type of an attempt', () => {
  test.each([
    { given: 'the size itself', gib: 32, refusals: 0, then: 'ml.m6i.2xlarge' },
    { given: 'a little more than a size', gib: 33, refusals: 0, then: 'ml.r7i.2xlarge' },
    { given: 'one refusal for want of capacity', gib: 32, refusals: 1, then: 'ml.m7i.2xlarge' },
    { given: 'two, which brings the first one back', gib: 32, refusals: 2, then: 'ml.m6i.2xlarge' },
  ])('for $given is $then', ({ gib, refusals, then }) => {
    expect(chooseType(sizeClasses(), resources(gib), refusals).name).toBe(then);
  });

  test('comes with a volume for its files', () => {
    expect(volumeGib({ ...resources(16), diskBytes: 100.5 * GIB })).toBe(131);
    expect(volumeGib({ ...resources(16), diskBytes: 2 ** 60 })).toBe(16_384);
  });
});
