import { expect, test } from '@jest/globals';
import { PIPELINES } from '../../contracts/pipelines/index.js';
import { Profile } from '../../contracts/profile.js';
import { doneHere } from './done-here.js';

test.each([
  { given: 'no profile', profile: {}, engines: ['python', 'ray', 'spark'] },
  { given: 'a platform for all stages', profile: { platform: 'sagemaker' }, engines: [] },
  {
    given: 'a platform for Ray',
    profile: { stages: { tune: { platform: 'ray-cluster' } } },
    engines: ['python', 'spark'],
  },
  {
    given: 'one stage that stays',
    profile: { platform: 'sagemaker', stages: { etl: { platform: 'local' } } },
    engines: ['spark'],
  },
])('with $given the engines here are $engines', ({ profile, engines }) => {
  expect([...doneHere({ profile: Profile.parse(profile), pipelines: PIPELINES }).engines].sort()).toEqual(engines);
});
