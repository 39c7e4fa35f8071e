import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Progress } from '../contracts/job.js';
import type { Vitals } from '../platforms/platform.js';
import { type Look, type QuietTime, findStall, watchQuiet } from './stall.js';

const MIB = 2 ** 20;
const deadlines = { idleMs: 45_000, progressMs: 1_800_000 };

const chunk = (done: number, change: Partial<Progress> = {}): Progress => ({
  percent: null,
  done,
  total: null,
  unit: 'chunks',
  message: 'working',
  rssBytes: 1,
  trackingUrl: null,
  ...change,
});

/** A job second by second: what it says, and how much CPU time, disk traffic and kills there were so far. */
interface Life {
  readonly seconds: number;
  readonly progress?: (second: number) => Progress | null;
  readonly cpu?: (second: number) => number | null;
  readonly disk?: (second: number) => number | null;
  readonly kills?: (second: number) => number | null;
}

/** Looks at a life four times a second, as the local platform is polled. @returns when it counted as stalled, and why */
function watch({ seconds, progress, cpu = () => 0, disk = () => 0, kills = () => 0 }: Life, limits = deadlines) {
  let quiet: QuietTime | null = null;
  for (let atMs = 0; atMs <= seconds * 1000; atMs += 250) {
    const second = Math.floor(atMs / 1000);
    const seen: Vitals = { cpuSeconds: cpu(second), diskBytes: disk(second), oomKills: kills(second) };
    const vitals = seen.cpuSeconds === null ? null : seen;
    const look: Look = { atMs, progress: progress?.(second) ?? null, vitals };
    quiet = watchQuiet(quiet, look, limits);
    const stall = findStall(quiet, limits);
    if (stall !== null) return { at: atMs / 1000, stall };
  }
  return null;
}

/** The kernel kills two processes at second 61, and all ends there but for a last word that was on its way. */
const killedPool: Life = {
  seconds: 300,
  progress: (second) => chunk(Math.floor(Math.min(second, 62) / 2)),
  cpu: (second) => Math.min(second, 61) + second / 100,
  kills: (second) => (second >= 61 ? 2 : 0),
};

describe('what stalls', () => {
  test.each<{ what: string; life: Life; at: number; says: RegExp }>([
    {
      what: 'a pool that waits for a child that the kernel killed',
      life: killedPool,
      at: 77,
      says: /^stalled: the kernel killed 2 of its processes for memory, then no progress and \d %/,
    },
    {
      what: 'a job that sleeps and never said a word',
      life: { seconds: 300, cpu: () => 0.5 },
      at: 45,
      says: /^stalled: no progress and 0 % CPU for 4[5-6] s$/,
    },
    {
      what: 'a job that computed on two cores and then hangs',
      life: { seconds: 300, progress: () => chunk(1), cpu: (second) => 2 * Math.min(second, 100) },
      at: 144,
      says: /no progress and \d+ % CPU/,
    },
    {
      what: 'idle Ray, which is never quite still',
      life: { seconds: 300, cpu: (second) => second * 0.045 },
      at: 45,
      says: /no progress and 5 % CPU/,
    },
    {
      what: 'a loop without end',
      life: { seconds: 2000, progress: () => chunk(1), cpu: (second) => second * 1.8 },
      at: 1800,
      says: /^stalled: no progress for 1800 s, though it used 180 % CPU$/,
    },
    {
      what: 'a loop without end whose CPU time is not known at first',
      life: { seconds: 2000, progress: () => chunk(1), cpu: (second) => (second < 3 ? null : second * 1.8) },
      at: 1800,
      says: /^stalled: no progress for 1800 s, though it used 180 % CPU$/,
    },
    {
      what: 'a job of which the platform sees nothing but its silence',
      life: { seconds: 2000, progress: () => chunk(1), cpu: () => null, disk: () => null, kills: () => null },
      at: 1800,
      says: /^stalled: no progress for 1800 s$/,
    },
    {
      what: 'a job whose memory and link change while it does nothing',
      life: { seconds: 100, progress: (second) => chunk(1, { rssBytes: second, trackingUrl: `page ${second}` }) },
      at: 45,
      says: /no progress and 0 % CPU/,
    },
    {
      what: 'a job that waits idle after it went on without the killed process for long',
      life: {
        seconds: 300,
        progress: (second) => chunk(Math.min(second, 100)),
        cpu: (second) => Math.min(second, 100),
        kills: (second) => (second >= 10 ? 1 : 0),
      },
      at: 145,
      says: /^stalled: no progress and/,
    },
  ])('$what', ({ life, at, says }) => {
    const found = watch(life);
    expect(found?.stall).toMatch(says);
    expect(found?.at).toBeGreaterThanOrEqual(at - 4); // the last of a window may still hold a little work
    expect(found?.at).toBeLessThan(at + 2);
  });
});

describe('what does not', () => {
  test.each<{ what: string; life: Life }>([
    { what: 'a quiet job that computes', life: { seconds: 1700, cpu: (second) => second * 0.3 } },
    {
      what: 'a quiet job that moves data and hardly computes',
      life: { seconds: 1700, cpu: (second) => second * 0.02, disk: (second) => second * MIB },
    },
    { what: 'a job that works a little each half minute', life: { seconds: 1700, cpu: (s) => 6 * Math.floor(s / 30) } },
    {
      what: 'an idle job that goes on all the same',
      life: { seconds: 7200, progress: (second) => chunk(Math.floor(second / 40)) },
    },
    {
      what: 'a job that says something else each time',
      life: { seconds: 7200, progress: (second) => chunk(0, { message: `row group ${Math.floor(second / 40)}` }) },
    },
    { what: 'a job of which nothing is known yet', life: { seconds: 1700, cpu: () => null, kills: () => null } },
    {
      what: 'a killed helper whose parent computes on',
      life: { seconds: 1700, cpu: (second) => second, kills: (second) => (second > 5 ? 1 : 0) },
    },
  ])('$what', ({ life }) => {
    expect(watch(life)).toBeNull();
  });

  test('a time in which the platform saw nothing is judged by its two ends', () => {
    const unseen = (second: number) => (second > 20 && second < 90 ? null : second);
    expect(watch({ seconds: 300, cpu: unseen })).toBeNull();
  });
});

test('a job that says something new before each deadline is never stopped, whatever its vitals are', () => {
  const vital = fc.option(fc.nat({ max: 1e9 }));
  const step = fc.record({ afterMs: fc.integer({ min: 1, max: 44_999 }), cpu: vital, disk: vital, kills: vital });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 50 }), (steps) => {
      let atMs = 0;
      let quiet: QuietTime | null = null;
      for (const [index, { afterMs, cpu, disk, kills }] of steps.entries()) {
        atMs += afterMs;
        const vitals = { cpuSeconds: cpu, diskBytes: disk, oomKills: kills };
        quiet = watchQuiet(quiet, { atMs, progress: chunk(index), vitals }, deadlines);
        expect(findStall(quiet, deadlines)).toBeNull();
      }
    }),
  );
});

test('what is remembered stays small, however long a deadline is', () => {
  const long = { idleMs: 30 * 86_400_000, progressMs: 365 * 86_400_000 };
  let quiet: QuietTime | null = null;
  for (let atMs = 0; atMs < 60 * 86_400_000; atMs += 3_600_000)
    quiet = watchQuiet(quiet, { atMs, progress: null, vitals: null }, long);
  expect(quiet?.between.length).toBeLessThan(80);
});
