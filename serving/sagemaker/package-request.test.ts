import { describe, expect, test } from '@jest/globals';
import type { ModelRef } from '../../contracts/refs.js';
import { packageGroupOf, packageRequest } from './package-request.js';

const model: ModelRef = {
  kind: 'model',
  name: 'air-quality',
  uri: 's3://bucket/data/models/air-quality/ab',
  sha256: 'a'.repeat(64),
  candidateSha256: 'c'.repeat(64),
};
const profile = { image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1' };

describe('a model package', () => {
  test.each([
    { pattern: 'tempered-{model}', then: 'tempered-air-quality' },
    { pattern: 'models', then: 'models' },
  ])('of the group $pattern is in $then', ({ pattern, then }) => {
    expect(packageGroupOf(pattern, model)).toBe(then);
  });

  test('of a model whose name leaves no room in the group is refused by its field', () => {
    expect(() => packageGroupOf('tempered-{model}', { ...model, name: 'm'.repeat(60) })).toThrow(
      expect.objectContaining({
        code: 'WRONG_INPUT',
        details: expect.objectContaining({ field: 'sagemaker.modelPackageGroup' }) as unknown,
      }),
    );
  });

  test('is asked for with one token a version and group, which the service takes, and no tags, which it does not', () => {
    const ask = (group: string, sha256: string) =>
      packageRequest(group, { model: { ...model, sha256 }, metrics: {} }, profile);
    const one = ask('models', model.sha256);
    expect(one.ClientToken).toMatch(/^[a-zA-Z0-9-]{1,36}$/);
    expect(ask('models', model.sha256)).toEqual(one);
    expect(ask('others', model.sha256).ClientToken).not.toBe(one.ClientToken);
    expect(ask('models', 'b'.repeat(64)).ClientToken).not.toBe(one.ClientToken);
    expect(one).not.toHaveProperty('Tags');
  });
});
