import { describe, expect, it } from 'vitest';
import type { Installed } from './installed.ts';
import { changesOf, differencesOf, entriesFor, readLock, writeLock } from './lock.ts';
import { markerEnvironment } from './packaging/marker.ts';

const text = `# made by an installer
alpha==1.0 \\
    --hash=sha256:00 \\
    --hash=sha256:01
    # via beta
Beta_Lib==2.0.0 ; python_full_version < '3.11' \\
    --hash=sha256:02
beta-lib==2.1 ; python_full_version >= '3.11' \\
    --hash=sha256:03
own @ file:///data/wheels/0a/own-3.0-py3-none-any.whl \\
    --hash=sha256:04
`;
const on = markerEnvironment('3.11.7', 'x86_64');
const installed = (name: string, version: string): Installed => ({
  name,
  key: name,
  version,
  summary: null,
  requires: [],
  bytes: 0,
});

describe('a lock', () => {
  it('is read and written again, with what is for this machine', () => {
    const entries = readLock(text);
    expect(entries.map(({ key, version }) => `${key} ${version}`)).toEqual([
      'alpha 1.0',
      'beta-lib 2.0.0',
      'beta-lib 2.1',
      'own 3.0',
    ]);
    expect(entriesFor(entries, on).map(({ version }) => version)).toEqual(['1.0', '2.1', '3.0']);
    expect(readLock(writeLock(entries))).toEqual(entries);
    expect(writeLock(entries)).not.toContain('via');
  });

  it('says what is not as it has it', () => {
    const locked = entriesFor(readLock(text), on);
    expect(
      differencesOf(
        locked,
        ['alpha', 'own'].map((name) => installed(name, name === 'own' ? '3' : '1.1')),
        'x',
      ),
    ).toEqual([
      { name: 'alpha', locked: '1.0', installed: '1.1' },
      { name: 'beta-lib', locked: '2.1', installed: null },
    ]);
    const more = [
      installed('alpha', '1.0'),
      installed('beta-lib', '2.1'),
      installed('own', '3.0'),
      installed('six', '1'),
      installed('x', '1'),
    ];
    expect(differencesOf(locked, more, 'x')).toEqual([{ name: 'six', locked: null, installed: '1' }]);
  });

  it('tells what has become of one set of libraries', () => {
    const pin = (key: string, version: string, url: string | null = null) => ({ key, name: key, version, url });
    expect(
      changesOf(
        [pin('a', '1'), pin('b', '1'), pin('c', '2'), pin('d', '1.0'), pin('e', '1', 'file:///x')],
        [pin('b', '1.10'), pin('c', '2.0rc1'), pin('d', '1'), pin('e', '1', 'file:///y'), pin('f', '1')],
      ).map(({ name, change }) => `${name} ${change}`),
    ).toEqual(['a removed', 'b up', 'c down', 'e replaced', 'f added']);
  });
});
