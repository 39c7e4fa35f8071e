import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AirQualityResult } from '../../contracts/pipelines/air-quality.js';
import { EndpointFolder } from '../../serving/local/endpoint-folder.js';
import { projectRoot } from '../../settings/home.js';
import { BAD_LINES, BEIJING, writeOriginalFormats } from '../fixtures/original-formats.js';
import { eventually } from '../harness/eventually.js';
import { openTestPlatform, type Ended, type TestPlatform } from '../harness/platform.js';

/** Real Spark, LightGBM and model servers on one embedded platform; later tests take days and features of the first from the cache. */
let platform: TestPlatform;
let close: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  ({ platform, close } = await openTestPlatform({}));
}, 120_000);
afterAll(() => close(), 60_000);

const STATION = join(projectRoot, 'data', 'air-quality', 'PRSA_Data_Aotizhongxin_20130301-20170228.csv');

interface Document {
  readonly status: string;
  readonly result: AirQualityResult;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

async function run(...settings: readonly string[]): Promise<Document & Pick<Ended, 'code'>> {
  const pairs = settings.flatMap((pair) => ['--set', pair]);
  const { code, stdout } = await platform.startWorkflow('air-quality', ...pairs, '--watch', '--json');
  return { code, ...(JSON.parse(stdout) as Document) };
}

/** Names of the endpoints that are there. */
function endpoints(): readonly string[] {
  const folder = join(platform.folder, 'endpoints');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The station file with each row changed, imported. */
async function importChanged(name: string, change: (row: string[], hour: number) => void): Promise<string> {
  const [header = '', ...lines] = (await readFile(STATION, 'utf8')).trimEnd().split('\n');
  const rows = lines.map((line, hour) => {
    const row = line.split(',');
    change(row, hour);
    return row.join(',');
  });
  const path = join(platform.folder, `${name}.csv`);
  await writeFile(path, [header, ...rows, ''].join('\n'));
  return importFile(path);
}

async function importFile(path: string): Promise<string> {
  const { uri } = JSON.parse((await platform.tempered('import', path, '--json')).stdout) as { readonly uri: string };
  return uri;
}

const COLUMNS = { temperature: 11, wind: 16 } as const;
const LAST_YEAR_FROM_HOUR = 35_064 - 365 * 24;

/** What the station's own file gives. */
let boosted: AirQualityResult;

describe('the air of a Beijing station', () => {
  test('is forecast from an empty form, better than a linear model, persistence and climatology', async () => {
    const { code, status, result } = await run();
    expect({ code, status, kind: result.kind }).toEqual({ code: 0, status: 'completed', kind: 'promoted' });
    boosted = result;
    expect(result.learner).toBe('lightgbm');
    expect(result.testFrom).toBe('2016-03-01');
    expect(result.metrics.r2).toBeGreaterThanOrEqual(0.62);
    const r2 = Object.fromEntries(result.baselines.map(({ name, metrics }) => [name, metrics.r2]));
    expect(r2['persistence']).toBeCloseTo(0.346, 2);
    expect(Object.keys(r2)).toEqual(['mean', 'persistence', 'climatology']);
    expect(result.gate).toMatchObject({ passed: true, beatsBaseline: true });
    expect(result.quarantined).toEqual({});
    expect(result.forecasts.rows).toBe(result.metrics.rows);
  });

  test('is told of a day by an endpoint that repeats the golden predictions and is gone afterwards', () => {
    expect(boosted.answer).toMatchObject({ date: '2017-02-28', goldenRows: 5, endpoint: null });
    expect(boosted.answer?.prediction).toBeGreaterThan(0);
    expect(endpoints()).toEqual([]);
  });

  test('is better forecast by the boosted model than by a linear one', async () => {
    const { result } = await run('learners=linear', 'model=linear');
    expect(result.learner).toBe('linear');
    expect(result.metrics.r2).toBeGreaterThan(0.55);
    expect(result.metrics.r2).toBeLessThan(boosted.metrics.r2);
  });

  test('is asked about on a day of the past, at an endpoint that stays until it is removed', async () => {
    const { result } = await run('askDate=2014-07-01', 'keepEndpoint=true', 'endpointName=kept');
    const { answer } = result;
    expect(answer).toMatchObject({ date: '2014-07-01', endpoint: { host: 'local', name: 'kept' } });
    const response = await fetch(`${answer?.endpoint?.url ?? ''}/invocations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ instances: [answer?.features] }),
    });
    expect(await response.json()).toEqual({ predictions: [answer?.prediction] });
    expect(endpoints()).toEqual(['kept']);
    expect((await platform.tempered('endpoint', 'remove', 'kept')).code).toBe(0);
    expect(endpoints()).toEqual([]);
  });

  test('leaves no endpoint behind when the run is cancelled while it waits for one', async () => {
    const runId = await platform.start('air-quality', { endpointName: 'cancelled', keepEndpoint: true });
    const folder = new EndpointFolder(join(platform.folder, 'endpoints'), 'cancelled');
    const server = await eventually(() => folder.pids()[0] ?? false, { withinMs: 120_000, everyMs: 5 });
    process.kill(server, 'SIGSTOP'); // else it may have answered before the run hears that it is cancelled
    await platform.cancel(runId);
    await platform.endOf(runId);
    expect(endpoints()).toEqual([]);
  });
});

describe('the same station as OpenAQ and NOAA would have published it', () => {
  async function imported(): Promise<readonly string[]> {
    const { readings, weather } = await writeOriginalFormats(platform.folder);
    const { longitudeMin, longitudeMax, latitudeMin, latitudeMax } = BEIJING.box;
    return [
      ...[`readings=${await importFile(readings)}`, `weather=${await importFile(weather)}`],
      ...[`city=${BEIJING.city}`, 'unit=µg/m³', 'model=originals'],
      ...[`boundingBox.longitudeMin=${String(longitudeMin)}`, `boundingBox.longitudeMax=${String(longitudeMax)}`],
      ...[`boundingBox.latitudeMin=${String(latitudeMin)}`, `boundingBox.latitudeMax=${String(latitudeMax)}`],
    ];
  }

  test('is forecast as well as from its own file, and what is bad in it is put aside and counted', async () => {
    const { code, status, result } = await run(...(await imported()));
    expect({ code, status, kind: result.kind }).toEqual({ code: 0, status: 'completed', kind: 'promoted' });
    expect(result.quarantined).toEqual(BAD_LINES);
    expect({ testFrom: result.testFrom, days: result.days }).toEqual({
      testFrom: boosted.testFrom,
      days: boosted.days,
    });
    // The weather is rounded to tenths of Fahrenheit and of knots, else nothing is different.
    expect(Math.abs(result.metrics.r2 - boosted.metrics.r2)).toBeLessThan(0.02);
    const r2 = (each: AirQualityResult) => each.baselines.map(({ name, metrics }) => [name, metrics.r2.toFixed(6)]);
    expect(r2(result)).toEqual(r2(boosted));
    expect(result.answer).toMatchObject({ date: '2017-02-28', goldenRows: 5 });
  });
});

describe('broken data', () => {
  test('with a sentinel that was kept is stopped before anything is trained', async () => {
    const readings = await importChanged('sentinel', (row, hour) => {
      if (hour % 10 === 0) row[COLUMNS.temperature] = '9999.9';
    });
    const { code, failure } = await run(`readings=${readings}`);
    expect(code).not.toBe(0);
    expect(failure?.message).toContain("inputs.readings: found '3507 bad lines of 35064 (3507 TEMP impossible)'");
  });

  test('with a feature that changed its unit in the test period is rejected by the gate', async () => {
    const readings = await importChanged('knots', (row, hour) => {
      if (hour >= LAST_YEAR_FROM_HOUR) row[COLUMNS.wind] = String(Number(row[COLUMNS.wind]) * 3.6 || 'NA');
    });
    const { code, status, result } = await run(`readings=${readings}`, 'model=broken');
    expect({ code, status }).toEqual({ code: 4, status: 'rejected' });
    expect(result).toMatchObject({ kind: 'rejected', model: null, answer: null });
    expect(result.gate.reasons.join()).toContain('does not beat the baseline');
  });
});

describe('a wrong question', () => {
  test.each([
    ['askDate=2030-01-01', 'askDate: found 2030-01-01'],
    ['testDays=5000', 'params.testDays: found 5000, allowed: 1 to 1411'],
    ['city=Atlantis', "params.city: found 'Atlantis', allowed: a station of the file: Aotizhongxin"],
  ])('%s is refused', async (setting, message) => {
    const { code, failure } = await run(setting);
    expect(code).not.toBe(0);
    expect(failure?.message).toContain(message);
  });
});
