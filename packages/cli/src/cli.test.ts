import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('emberlab', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'emberlab-cli-'));
  });
  afterEach(() => rmSync(data, { recursive: true }));

  async function emberlab(args: string[], input = '', env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
      env: { PATH: process.env['PATH'], EMBERLAB_DATA: data, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: ((await ended) as [number])[0], stdout, stderr };
  }
  const add = (...args: string[]) => emberlab(['user', 'add', ...args, '--password-stdin'], 'correct horse battery\n');

  it('makes an account, then a token that it prints alone', async () => {
    expect(await add('Ada@Example.org', '--admin')).toEqual({
      code: 0,
      stdout: 'ada@example.org can log in now, as an administrator.\n',
      stderr: '',
    });
    const token = await emberlab(['token', 'create', '--user', 'ada@example.org', '--name', 'laptop']);
    expect(token.stdout).toMatch(/^ember_token_[\w-]{43}\n$/);
  });

  it.each([
    [['user', 'add', 'nobody', '--password-stdin'], '', 'Please enter an e-mail address'],
    [['user', 'add', 'ada@example.org', '--password-stdin'], 'short\n', 'Please use at least 10 characters.'],
    [['user', 'add', 'ada@example.org'], '', '--password-stdin'],
    [
      ['token', 'create', '--user', 'ada@example.org', '--name', 'x'],
      '',
      'There is no user with the address ada@example.org.',
    ],
    [['frobnicate'], '', 'unknown command'],
  ])('says what is wrong with %j', async (args, input, sentence) => {
    const { code, stdout, stderr } = await emberlab(args, input);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('names an address that is taken, and a setting that is not one', async () => {
    await add('ada@example.org');
    expect((await add('ada@example.org')).stderr).toBe('There is a user with the address ada@example.org already.\n');
    const { code, stderr } = await emberlab(
      ['user', 'add', 'bob@example.org', '--password-stdin'],
      'correct horse battery',
      { EMBERLAB_PROT: '1' },
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^EMBERLAB_PROT is not a setting/);
  });
});
