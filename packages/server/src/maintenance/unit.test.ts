import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const unit = readFileSync(join(root, 'packaging/systemd/emberlab.service'), 'utf8');
const valueOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];

test('the unit of systemd starts what is in this repository, with options that it has', () => {
  const usage = readFileSync(join(root, 'packages/server/src/main.ts'), 'utf8');
  for (const key of ['ExecStart', 'ExecStartPre']) {
    const [command = '', ...options] = (valueOf(key) ?? '').split(' ');
    expect(existsSync(join(root, command.replace('/opt/emberlab/', '')))).toBe(true);
    for (const option of options) expect(usage).toContain(`  ${option} `);
  }
  expect(existsSync(join(root, (valueOf('Documentation') ?? '').replace('file:///opt/emberlab/', '')))).toBe(true);
});

test('the unit of systemd leaves what runs for users alone, and hands on a part of the cgroup tree', () => {
  expect(valueOf('KillMode')).toBe('process');
  expect(valueOf('Delegate')).toBe('yes');
  expect(valueOf('UMask')).toBe('0007');
});

test.skipIf(!existsSync('/usr/bin/systemd-analyze'))(
  'systemd itself finds nothing wrong with the unit (needs systemd-analyze)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ember-unit-'));
    try {
      const copy = join(folder, 'emberlab.service');
      writeFileSync(copy, unit.replaceAll('/opt/emberlab', root));
      // What it says goes to its error output.
      const said = execFileSync('sh', ['-c', '/usr/bin/systemd-analyze verify --man=no "$1" 2>&1', 'sh', copy], {
        encoding: 'utf8',
      });
      expect(said.split('\n').filter((line) => line.includes('emberlab.service'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
