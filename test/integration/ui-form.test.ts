import { expect, test } from '@jest/globals';
import { withPlatform } from '../harness/platform.js';

test('a run starts from an empty form with every default, and shows its stages', async () => {
  await withPlatform({}, async (platform) => {
    await platform.startAsForm('salary', 'empty-form');
    await platform.stageIs('empty-form', 'generate', 'done');
    const { dataDate, stages } = await platform.progress('empty-form');
    expect(dataDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(stages[0]?.summary).toMatchObject({ stage: 'generate', rowsOut: 1_000_000 });
    await platform.cancel('empty-form');
  });
});

test('a form with a wrong field is refused at once, with the field and the nearest right one', async () => {
  await withPlatform({}, async (platform) => {
    await platform.startAsForm('salary', 'wrong-form', { trails: 50 });
    expect(await platform.endOf('wrong-form')).toMatchObject({
      type: 'WRONG_INPUT',
      message: expect.stringMatching(/trails.*trials/s),
    });
  });
});
