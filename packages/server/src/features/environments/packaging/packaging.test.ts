import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, readFileName } from './file-names.ts';
import { readEnvironmentFile, readRequirements, requirementProblem } from './lists.ts';
import { evaluateMarker, markerEnvironment } from './marker.ts';
import { parseRequirement, textOf } from './requirement.ts';
import { parseSpecifier, satisfies } from './specifier.ts';
import { compareVersions, newerOf, parseVersion } from './version.ts';

const compare = (a: string, b: string): number => {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === null || y === null) throw new Error(`${a} or ${b} is no version`);
  return Math.sign(compareVersions(x, y));
};

describe('versions', () => {
  // In their order, as PEP 440 has it.
  const ordered = [
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+5',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.1.dev1',
    '1.10',
    '1!0.1',
  ];

  it('are in their order', () => {
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries())
        expect(`${a} ${compare(a, b)} ${b}`).toBe(`${a} ${Math.sign(i - j)} ${b}`);
    }
  });

  it('are the same in all ways in which they can be written', () => {
    for (const [a, b] of [
      ['1.0', '1'],
      ['v1.0-ALPHA.1', '1.0a1'],
      ['1.0-1', '1.0.post1'],
      ['1.0c3', '1rc3'],
      ['1.0-r4', '1.0.post4'],
    ] as const)
      expect(`${a} ${compare(a, b)}`).toBe(`${a} 0`);
    for (const none of ['', 'latest', '1.0-', '1..2', '1.0+', '2004d']) expect(parseVersion(none)).toBeNull();
  });

  it.each([
    ['>=2,<3', ['2', '2.9.9', '2.1.post1'], ['1.9', '3', '3.0a1', '2.0a1']],
    ['~=1.4.2', ['1.4.2', '1.4.9'], ['1.4.1', '1.5', '2']],
    ['~=1.4', ['1.4', '1.9'], ['2.0']],
    ['==2.3.*', ['2.3', '2.3.9'], ['2.30', '2.4']],
    ['!=1.5.*', ['1.4', '1.6'], ['1.5', '1.5.3']],
    ['==1.0', ['1', '1.0+local'], ['1.0.post1']],
    ['==1.0+local', ['1.0+local'], ['1.0']],
    ['>1.0', ['1.1'], ['1.0', '1.0.post1']],
    ['<2.0', ['1.9'], ['2.0rc1', '2.0']],
    ['===weird', ['weird'], ['1']],
    ['', ['0', '99'], []],
  ])('satisfy %s or not', (text, good, bad) => {
    const clauses = parseSpecifier(text);
    if (clauses === null) throw new Error('unreadable');
    expect(good.filter((one) => !satisfies(one, clauses))).toEqual([]);
    expect(bad.filter((one) => satisfies(one, clauses))).toEqual([]);
  });
});

it.each([
  ['1.0', '1.1', '1.1'],
  ['2.0rc1', '1.9', '2.0rc1'],
  ['1.0+own', '1.0', '1.0+own'],
  ['1.0', null, null],
  ['a version of its own', '1.0', '1.0'],
])('what is installed as %s and offered as %s is newest as %s', (installed, offered, newest) => {
  expect(newerOf(installed, offered)).toBe(newest);
});

describe('requirements', () => {
  it('are read with extras, conditions, address and marker', () => {
    expect(parseRequirement('Foo_Bar[a, b] (>=1,<2) ; python_version < "3.11"')).toMatchObject({
      key: 'foo-bar',
      extras: ['a', 'b'],
      clauses: [{ operator: '>=' }, { operator: '<' }],
      marker: 'python_version < "3.11"',
    });
    expect(parseRequirement('x @ https://h/x-1.whl#sha256=1;2 ; extra == "t"')).toMatchObject({
      url: 'https://h/x-1.whl#sha256=1;2',
      marker: 'extra == "t"',
    });
    const plain = parseRequirement('a >= 1 , < 2');
    expect(plain === null ? '' : textOf(plain)).toBe('a>=1,<2');
    for (const none of ['', '-r x', '>=1', 'a b', 'a>=', 'a[!]', 'a;']) expect(parseRequirement(none)).toBeNull();
  });

  it('count by their markers', () => {
    const on = markerEnvironment('3.11.7', 'x86_64');
    const value = (text: string, extra = '') => evaluateMarker(text, { ...on, extra });
    expect(value('python_version < "3.9" or (sys_platform == "linux" and python_version >= "3.10")')).toBe(true);
    expect(value('python_version < "3.9"')).toBe(false);
    expect(value("platform_system == 'Windows' and extra == 'x'", 'x')).toBe(false);
    expect(value("extra == 'Dev_Tools'", 'dev-tools')).toBe(true);
    expect(value('"linux" in sys_platform')).toBe(true);
    expect(value("sys_platform not in 'win32 darwin'")).toBe(true);
    expect(value("os.name == 'posix' and python_full_version ~= '3.11.1'")).toBe(true);
    for (const none of ['python_version <', 'nonsense == "1"', '(python_version > "3"', 'a = b'])
      expect(value(none)).toBeNull();
  });

  it('never are options, addresses or paths, whatever is written', () => {
    for (const hostile of [
      '--index-url=http://evil',
      '-e .',
      '; rm -rf /',
      '../x',
      '/etc/passwd',
      'https://evil/x.whl',
      'git+https://evil/x',
      'x @ file:///etc/passwd',
      '$(id)',
      'a\n--index-url=http://evil',
      'a; import os',
      '`id`',
    ])
      expect(`${hostile}: ${requirementProblem(hostile) === null ? 'taken' : 'refused'}`).toBe(`${hostile}: refused`);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const taken = requirementProblem(text) === null;
        expect(!taken || /^\s*[A-Za-z0-9][^\n\r]*$/.test(text)).toBe(true);
      }),
    );
  });

  it('are read from a list, with the line and the reason of what is left out', () => {
    const read = readRequirements(
      'a==1 \\\n  --hash=sha256:00\n# why\n\n-r other.txt\nb>=2 # two\nc @ https://x/c.whl\n',
    );
    expect(read.requirements).toEqual(['a==1', 'b>=2']);
    expect(read.leftOut.map(({ line, text }) => [line, text])).toEqual([
      [5, '-r other.txt'],
      [7, 'c @ https://x/c.whl'],
    ]);
    const long = readRequirements('x\n'.repeat(100_000));
    expect(long.requirements.length).toBe(2001);
    expect(long.leftOut.at(-1)?.reason).toContain('2000');
  });

  it('are read from what an environment.yml has for pip, and the rest is named', () => {
    const read = readEnvironmentFile(`
name: x
channels: [conda-forge]
dependencies:
  - python=3.9
  - numpy=1.2
  - pip
  - pip:
      - six>=1
      - -e .
`);
    expect(read.requirements).toEqual(['six>=1']);
    expect(read.leftOut.map(({ text }) => text)).toEqual(['python=3.9', 'numpy=1.2', '-e .', 'channels: conda-forge']);
    expect(readEnvironmentFile('a: &a [1]\nb: *a\n').leftOut[0]?.reason).toContain('no YAML');
    expect(readEnvironmentFile('- [').requirements).toEqual([]);
  });
});

describe('names of files', () => {
  const on = { pythonVersion: '3.11.7', machine: 'x86_64', musl: false };
  it.each([
    ['a-1.0-py3-none-any.whl', true],
    ['a-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', true],
    ['a-1.0-cp38-abi3-manylinux_2_17_x86_64.whl', true],
    ['a-1.0-1-py2.py3-none-any.whl', true],
    ['a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl', false],
    ['a-1.0-cp312-abi3-manylinux_2_17_x86_64.whl', false],
    ['a-1.0-cp311-cp311-manylinux_2_17_aarch64.whl', false],
    ['a-1.0-cp311-cp311-musllinux_1_1_x86_64.whl', false],
    ['a-1.0-cp311-cp311-win_amd64.whl', false],
    ['a-1.0-py2-none-any.whl', false],
  ])('say whether it is for this machine: %s', (name, expected) => {
    const tags = readFileName(name)?.tags ?? null;
    expect(tags !== null && fits(tags, on)).toBe(expected);
  });

  it('say what is in them', () => {
    expect(readFileName('my-lib_x-1.0.post1.tar.gz')).toEqual({ name: 'my-lib-x', version: '1.0.post1', tags: null });
    for (const none of ['a.exe', 'a-x.tar.gz', 'a-1.whl', '.whl']) expect(readFileName(none)).toBeNull();
  });
});
