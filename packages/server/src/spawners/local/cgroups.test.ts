import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCgroups, memoryOfGroup, pidsOfGroup, removeGroup } from './cgroups.ts';

/** A folder that stands in for the kernel's trees: what is written there can be looked at, and is bound by nobody. */
describe('groups', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ember-cgroups-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Says in a folder like /proc/self where the trees are. */
  function machine(groups: string, mounts: (at: string) => string[]): { name: string; self: string } {
    const self = join(folder, 'self');
    mkdirSync(self);
    writeFileSync(join(self, 'cgroup'), groups);
    const lines = ['21 1 0:19 / /proc rw,relatime - proc proc rw', ...mounts(join(folder, 'tree'))];
    writeFileSync(join(self, 'mountinfo'), `${lines.join('\n')}\n`);
    return { name: 'emberlab-x', self };
  }
  const put = (path: string, text = '') => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  };
  const read = (...path: string[]) => readFileSync(join(folder, 'tree', ...path), 'utf8');
  const second = (at: string) => [`30 21 0:26 / ${at} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate`];

  it('of version 2 have their limits in one tree, below our own place', () => {
    const own = 'system.slice/emberlab.service';
    put(join(folder, 'tree', own, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
    const groups = findCgroups(machine(`0::/${own}\n`, second));
    expect(groups?.boundsCores).toBe(true);
    expect(groups?.foldersOf('s1')).toEqual([join(folder, 'tree', own, 'emberlab-x/s1')]);
    groups?.make('s1', { memoryMb: 512, cores: 1.5 });
    for (const at of [own, `${own}/emberlab-x`]) expect(read(at, 'cgroup.subtree_control')).toBe('+memory +cpu');
    expect(read(own, 'emberlab-x/s1/memory.max')).toBe('536870912');
    expect(read(own, 'emberlab-x/s1/memory.swap.max')).toBe('0');
    expect(read(own, 'emberlab-x/s1/cpu.max')).toBe('150000 100000');
  });

  it('of version 2 are found again by one of ours that had to move aside', () => {
    for (const at of ['own', 'own/emberlab-x.platform']) put(join(folder, 'tree', at, 'cgroup.controllers'), 'memory');
    const found = findCgroups(machine('0::/own/emberlab-x.platform\n', second));
    expect(found?.foldersOf('s1')).toEqual([join(folder, 'tree/own/emberlab-x/s1')]);
    expect(found?.boundsCores).toBe(false);
  });

  it('of version 1 have a tree for memory and one for cores, which a container sees from its own place on', () => {
    const first = (at: string) => [
      `32 31 0:29 /docker/abc ${at}/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct`,
      `35 31 0:32 /docker/abc ${at}/memory rw,relatime - cgroup cgroup rw,memory`,
      `36 31 0:33 / ${at}/unified rw,relatime - cgroup2 cgroup2 rw`,
    ];
    const groups = findCgroups(machine('4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc/here\n0::/\n', first));
    groups?.make('s1', { memoryMb: 1024, cores: 2 });
    expect(read('memory/emberlab-x/s1/memory.limit_in_bytes')).toBe('1073741824');
    expect(read('memory/emberlab-x/s1/memory.memsw.limit_in_bytes')).toBe('1073741824');
    expect(read('cpu,cpuacct/here/emberlab-x/s1/cpu.cfs_quota_us')).toBe('200000');
    expect(read('cpu,cpuacct/here/emberlab-x/s1/cpu.cfs_period_us')).toBe('100000');
  });

  it('are none where the kernel bounds no memory, or lets us make none', () => {
    put(join(folder, 'tree/cgroup.controllers'), 'pids');
    expect(findCgroups(machine('0::/\n', second))).toBeNull();
    expect(findCgroups({ name: 'x', self: join(folder, 'nowhere') })).toBeNull();
    // a file where the folder of all groups would be
    rmSync(join(folder, 'tree/emberlab-x'), { recursive: true, force: true });
    put(join(folder, 'tree/cgroup.controllers'), 'memory cpu');
    put(join(folder, 'tree/emberlab-x'));
    expect(findCgroups({ name: 'emberlab-x', self: join(folder, 'self') })).toBeNull();
  });

  it('tell what their processes take and how many were ended for it, in the words of either version', () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    put(join(one, 'memory.usage_in_bytes'), '5000\n');
    put(join(one, 'memory.stat'), 'cache 3000\ninactive_file 1\ntotal_inactive_file 2000\n');
    put(join(one, 'memory.oom_control'), 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n');
    put(join(two, 'memory.current'), '7000\n');
    put(join(two, 'memory.stat'), 'anon 1\ninactive_file 500\n');
    put(join(two, 'memory.events'), 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\n');
    put(join(one, 'cgroup.procs'), '12\n13\n');
    put(join(two, 'cgroup.procs'), '13\n');
    expect(memoryOfGroup([one])).toEqual({ bytes: 3000, kills: 3 });
    expect(memoryOfGroup([two])).toEqual({ bytes: 6500, kills: 1 });
    expect(memoryOfGroup([join(folder, 'three')])).toBeNull();
    expect(pidsOfGroup([one, two])).toEqual([12, 13]);
  });

  it('go once they are empty', () => {
    mkdirSync(join(folder, 'empty'));
    put(join(folder, 'full/cgroup.procs'), '12\n');
    expect(removeGroup([join(folder, 'empty'), join(folder, 'gone')])).toBe(true);
    expect(removeGroup([join(folder, 'full')])).toBe(false);
  });
});
