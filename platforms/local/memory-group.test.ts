import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { GroupRecord } from './enclosure.js';
import { MemoryGroup } from './memory-group.js';

/** What the kernel wrote for a job with 3 MiB of anonymous and 1 MiB of shared memory after one kill; other lines left out. */
const RECORDED: readonly { readonly kind: GroupRecord['kind']; readonly files: Readonly<Record<string, string>> }[] = [
  {
    kind: 'cgroup-v1',
    files: {
      'memory.stat':
        'cache 900\nrss 1\nshmem 1\ntotal_cache 8388608\ntotal_rss 3145728\ntotal_rss_huge 0\ntotal_shmem 1048576\n',
      'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
      'memory.limit_in_bytes': '134217728\n',
      'memory.max_usage_in_bytes': '134213632\n',
      'cgroup.procs': '17\n4242\n',
    },
  },
  {
    kind: 'cgroup-v2',
    files: {
      'memory.stat': 'anon 3145728\nfile 8388608\nkernel 200704\nshmem 1048576\nanon_thp 0\n',
      'memory.events': 'low 0\nhigh 0\nmax 61\noom 1\noom_kill 1\noom_group_kill 0\n',
      'memory.max': '134217728\n',
      'memory.peak': '134217728\n',
      'cgroup.procs': '17\n4242\n',
    },
  },
];

test.each(RECORDED)(
  'the files of $kind are read: memory without page cache, kills, limit reached, members',
  ({ kind, files }) => {
    const directory = mkdtempSync(join(tmpdir(), 'tempered-group-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const group = MemoryGroup.open({ kind, directory });
    expect(group.usedBytes()).toBe(4 * 2 ** 20);
    expect(group.oomKills()).toBe(1);
    expect(group.hasReachedLimit()).toBe(true);
    expect(group.members()).toEqual([17, 4242]);
    rmSync(directory, { recursive: true });
  },
);

test.each(RECORDED)(
  '$kind: a rise that no look caught is known by the highest mark, less the cache',
  ({ kind, files }) => {
    const directory = mkdtempSync(join(tmpdir(), 'tempered-group-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const highestBytes = 128 * 2 ** 20;
    writeFileSync(
      join(directory, kind === 'cgroup-v1' ? 'memory.max_usage_in_bytes' : 'memory.peak'),
      String(highestBytes),
    );
    const group = MemoryGroup.open({ kind, directory });
    const cacheBytes = 7 * 2 ** 20; // 8 MiB of files, 1 of which lives in memory
    expect(group.peakBytes()).toBe(highestBytes - cacheBytes);
    rmSync(directory, { recursive: true });
  },
);

test('a group that is gone has no members, no memory and nothing to remove', () => {
  const group = MemoryGroup.open({ kind: 'cgroup-v2', directory: '/no/such/group' });
  expect([group.members(), group.usedBytes(), group.oomKills(), group.hasReachedLimit()]).toEqual([[], 0, null, false]);
  expect(group.remove()).toBe(true);
});
