import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bound, cpusFor, limitedBy } from './bounds.ts';
import type { Cgroups } from './cgroups.ts';

const groups = (boundsCores: boolean): Cgroups => ({
  boundsCores,
  foldersOf: () => [],
  make: () => undefined,
  sweep: () => undefined,
});

describe('limitedBy', () => {
  it('is what really bounds: nothing where there is no limit, and where cores alone are limited nothing that knows memory alone', () => {
    const [both, memory, cores, none] = [
      { memoryMb: 1, cores: 1 },
      { memoryMb: 1, cores: null },
      { memoryMb: null, cores: 1 },
      { memoryMb: null, cores: null },
    ];
    const all = [both, memory, cores, none];
    expect(all.map((one) => limitedBy(one, groups(true), true))).toEqual(['cgroup', 'cgroup', 'cgroup', 'none']);
    expect(all.map((one) => limitedBy(one, groups(false), true))).toEqual(['cgroup', 'cgroup', 'rlimit', 'none']);
    expect(all.map((one) => limitedBy(one, null, true))).toEqual(['rlimit', 'rlimit', 'rlimit', 'none']);
    expect(all.map((one) => limitedBy(one, null, false))).toEqual(['rlimit', 'rlimit', 'none', 'none']);
  });
});

describe('cpusFor', () => {
  it('chooses as many CPUs as there shall be cores, of those that there are, or does not choose', () => {
    const cpus = fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.1, max: 80, noNaN: true }), cpus, (id, cores, all) => {
        const chosen = cpusFor(id, cores, all);
        const numbers = chosen?.split(',').map(Number) ?? [];
        const wanted = Math.ceil(cores);
        expect(new Set(numbers).size).toBe(wanted >= all.length ? 0 : wanted);
        expect(numbers.filter((one) => !all.includes(one))).toEqual([]);
      }),
    );
  });
});

describe('bound', () => {
  const run = (script: string, dataKb: number | null, cpus: string | null) => {
    const { file, args } = bound(
      { file: '/bin/sh', args: ['-c', script, 'a b', '$x "'] },
      { groups: [], dataKb, cpus },
    );
    return execFileSync(file, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } }).trim();
  };

  it('hands arguments on as they are, and nothing else', () => {
    for (const [dataKb, cpus] of [
      [null, null],
      [65_536, null],
      [65_536, '0'],
    ] as const) {
      expect(run('echo "$0|$1|$#|$(env | grep -c data)"', dataKb, cpus)).toBe('a b|$x "|1|0');
    }
  });

  it('bounds data and the CPUs', () => {
    expect(run('ulimit -d; grep Cpus_allowed_list /proc/self/status', 65_536, '0')).toMatch(/^65536\nCpus.*\t0$/);
    expect(run('ulimit -d', null, null)).toBe('unlimited');
  });
});
