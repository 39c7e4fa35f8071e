import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { childUri } from '../../storage/uri.js';
import { startPublishing, type PublishProcess } from '../fixtures/publish-process.js';
import type { ProxiedRequest } from '../harness/fault-proxy.js';
import { first, openProxiedS3, PASS, type ProxiedS3 } from '../harness/proxied-s3.js';

let s3: ProxiedS3;
beforeAll(async () => {
  s3 = await openProxiedS3();
});
afterEach(() => {
  s3.proxy.reset();
});
afterAll(() => s3.close());

/** A stage's folder, each file of which says whose it is. */
const FILES = [
  'out/part-0',
  'out/part-1',
  'out/part-2',
  'out/_manifest.json',
  'notes/_manifest.json',
  'notes/a b',
  '_stage.json',
];

async function stage(owner: string): Promise<string> {
  const staging = s3.place(`staging-${owner}`);
  for (const path of FILES) await s3.direct.write(childUri(staging, path), owner);
  return staging;
}

/** Who owns all files of a published folder. */
async function ownerOf(final: string): Promise<string> {
  const owners = new Set(await Promise.all(FILES.map((path) => s3.text(childUri(final, path)))));
  return [...owners].join(' and ');
}

type When = 'before' | 'after';
type Point = (request: ProxiedRequest) => When | undefined;

/** Before or after the n-th request of an operation whose path ends so, counted from 0. */
function at(operation: string, when: When, { ending = '', nth = 0 } = {}): Point {
  let seen = 0;
  return (request) =>
    request.operation === operation && request.path.endsWith(ending) && seen++ === nth ? when : undefined;
}

/** Points of a publication, each with what another publisher, who has a folder of their own, then gets. */
const POINTS: readonly (readonly [string, () => Point, 'first' | 'second'])[] = [
  ['before the claim', () => at('PutObject', 'before', { ending: '/!publication' }), 'second'],
  ['after the claim', () => at('PutObject', 'after', { ending: '/!publication' }), 'first'],
  ['at the first copy', () => at('CopyObject', 'before'), 'first'],
  ['in the middle of the copies', () => at('CopyObject', 'after', { nth: 2 }), 'first'],
  ['before a manifest', () => at('CopyObject', 'before', { ending: '/_manifest.json' }), 'first'],
  ['between the manifests', () => at('CopyObject', 'after', { ending: '/_manifest.json' }), 'first'],
  ['before the record', () => at('CopyObject', 'before', { ending: '/_stage.json' }), 'first'],
  ['after the record', () => at('CopyObject', 'after', { ending: '/_stage.json' }), 'first'],
  ['before it is marked as done', () => at('PutObject', 'before', { ending: '/!publication', nth: 1 }), 'first'],
  ['after it is marked as done', () => at('PutObject', 'after', { ending: '/!publication', nth: 1 }), 'first'],
  ['before the staging folder is removed', () => at('DeleteObjects', 'before'), 'first'],
  ['after the staging folder is removed', () => at('DeleteObjects', 'after'), 'first'],
];

describe('a publisher that is killed', () => {
  /** Lets a process publish through the proxy and kills it at a point; what readers see then must be all or nothing. */
  async function killAt(point: Point, staging: string, final: string): Promise<void> {
    const publishers: PublishProcess[] = [];
    let killed = false;
    s3.proxy.fate = (request) => {
      const when = killed ? undefined : point(request);
      if (when === undefined) return PASS;
      killed = true;
      const call = async (): Promise<void> => {
        for (const publisher of publishers) {
          publisher.kill();
          await publisher.said;
        }
      };
      return { kind: when, call };
    };
    const publisher = startPublishing(s3.proxy.endpoint, s3.storage.root, { staging, final });
    publishers.push(publisher);
    expect(await publisher.said).toBe('');
    expect(killed).toBe(true);
    const seen = [
      await s3.direct.stat(final),
      (await s3.direct.list(final)).length > 0,
      await s3.direct.stat(`${final}/_stage.json`),
    ];
    if (seen[0] === undefined) expect(seen[1]).toBe(false);
    if (seen[0] !== undefined || seen[2] !== undefined) expect(await ownerOf(final)).toBe('first');
  }

  test.each(POINTS)('%s: another one gets one whole result', async (_point, point, winner) => {
    const final = s3.place('final');
    const [mine, theirs] = [await stage('first'), await stage('second')];
    await killAt(point(), mine, final);
    expect(await s3.direct.publish(theirs, final)).toBe(winner === 'second');
    expect(await ownerOf(final)).toBe(winner);
    expect((await s3.direct.list(final)).map(({ name }) => name)).toEqual(['_stage.json', 'notes', 'out']);
    expect(await s3.direct.stat(theirs)).toBeUndefined();
    // Its own caller comes back, and leaves nothing either.
    await s3.direct.publish(mine, final);
    expect(await s3.direct.stat(mine)).toBeUndefined();
    expect(await ownerOf(final)).toBe(winner);
  });

  test.each(POINTS.filter((_, i) => i % 3 === 1))(
    '%s: called again it ends with its own whole result',
    async (_point, point) => {
      const final = s3.place('final');
      const mine = await stage('first');
      await killAt(point(), mine, final);
      await s3.direct.publish(mine, final);
      expect(await ownerOf(final)).toBe('first');
      expect(await s3.direct.stat(mine)).toBeUndefined();
    },
  );

  test('and whose staging folder was removed since holds nobody up', async () => {
    const final = s3.place('final');
    const [mine, theirs] = [await stage('first'), await stage('second')];
    await s3.direct.write(childUri(mine, 'out/only-mine'), 'first');
    await killAt(at('CopyObject', 'before', { ending: '/_manifest.json' }), mine, final);
    await s3.direct.remove(mine);
    expect(await s3.direct.publish(theirs, final)).toBe(true);
    expect(await ownerOf(final)).toBe('second');
    expect(await s3.direct.stat(childUri(final, 'out/only-mine'))).toBeUndefined();
  });
});

test.each(['PutObject', 'CopyObject', 'DeleteObjects', 'ListObjectsV2'])(
  'a publication whose first answer to %s was lost is made once',
  async (operation) => {
    const final = s3.place('final');
    const mine = await stage('first');
    s3.proxy.fate = first(1, operation, { kind: 'cut' });
    expect(await s3.storage.publish(mine, final)).toBe(true);
    expect(await ownerOf(final)).toBe('first');
    expect(await s3.direct.stat(mine)).toBeUndefined();
  },
);

test('two processes that publish one staging folder at once do it once', async () => {
  const final = s3.place('final');
  const staging = await stage('first');
  const both = [1, 2, 3].map(() => startPublishing(s3.server.endpoint, s3.storage.root, { staging, final }).said);
  const said = await Promise.all(both);
  for (const answer of said) expect(['true', 'false']).toContain(answer);
  expect(said).toContain('true');
  expect(await ownerOf(final)).toBe('first');
  expect(await s3.direct.stat(staging)).toBeUndefined();
});

test('200 files of 1 MiB are published with few requests', async () => {
  const [staging, final] = [s3.place('staging'), s3.place('final')];
  const content = new Uint8Array(2 ** 20);
  for (let i = 0; i < 200; i += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, j) => s3.direct.write(childUri(staging, `part-${i + j}`), content)),
    );
  }
  s3.proxy.reset();
  const before = performance.now();
  expect(await s3.storage.publish(staging, final)).toBe(true);
  const seconds = (performance.now() - before) / 1_000;
  const counts = s3.proxy.counts();
  const requests = Object.values(counts).reduce((sum, count) => sum + count, 0);
  process.stderr.write(
    `publish of 200 x 1 MiB: ${seconds.toFixed(1)} s, ${requests} requests ${JSON.stringify(counts)}\n`,
  );
  expect(counts['CopyObject']).toBe(200);
  expect(requests).toBeLessThanOrEqual(220);
  expect(await s3.direct.list(final)).toHaveLength(200);
});
