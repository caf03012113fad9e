import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openAdmin, readConfig } from '@emberlab/server/admin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('emberlab', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'emberlab-cli-'));
    // as ./start leaves it
    mkdirSync(join(data, 'tools'));
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
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('makes a token that may do a part, and an account without a password', async () => {
    expect((await emberlab(['user', 'add', 'ada@example.org', '--no-password'])).code).toBe(0);
    const create = (...args: string[]) =>
      emberlab(['token', 'create', '--user', 'ada@example.org', '--name', 'x', ...args]);
    expect((await create('--scope', 'read', 'run')).stdout).toMatch(/^ember_token_/);
    expect((await create('--scope', 'admin')).stderr).toContain('administrators');
    expect((await create('--project', 'none')).stderr).toContain('There is no project none');
  });

  it('gives somebody another password, which has to be good', async () => {
    await add('ada@example.org');
    const change = (password: string) =>
      emberlab(['user', 'password', 'ada@example.org', '--password-stdin'], `${password}\n`);
    expect((await change('Password2026!')).stderr).toContain('tried first');
    expect(await change('seven lazy foxes dream')).toEqual({
      code: 0,
      stdout: 'ada@example.org can log in with the new password now. Other logins have ended.\n',
      stderr: '',
    });
  });

  it('makes nothing in a folder where Emberlab is not', async () => {
    const mistyped = join(data, 'emberlap');
    const { code, stderr } = await emberlab(
      ['--data', mistyped, 'user', 'add', 'ada@example.org', '--password-stdin'],
      'correct horse battery\n',
    );
    expect([code, stderr]).toEqual([
      1,
      `There is no Emberlab in ${mistyped}. Please name its data folder with --data or EMBERLAB_DATA, or make one there with ./start.\n`,
    ]);
    expect(existsSync(mistyped)).toBe(false);
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

  describe('project livy', () => {
    beforeEach(async () => {
      const admin = await openAdmin(readConfig({ EMBERLAB_DATA: data }));
      const ada = await admin.users.create({
        email: 'ada@example.org',
        name: 'Ada',
        password: 'correct horse battery',
        admin: false,
      });
      await admin.projects.insert({ id: 'project1', name: 'demo', label: 'Demo', ownerId: ada.id, now: 0 });
      await admin.close();
    });
    const livy = (args: string[], input = '') => emberlab(['project', 'livy', ...args], input);

    it('sets, shows, tries and removes one, and never prints its password', async () => {
      const logins: (string | undefined)[] = [];
      const server = createServer((request, response) => {
        logins.push(request.headers.authorization);
        response.end(JSON.stringify(request.url === '/version' ? { version: '0.8.0' } : {}));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect((await livy(['show', 'demo'])).stdout).toBe('Sessions of demo run on Emberlab’s own drivers.\n');
      const login = ['--user', 'ember', '--password-stdin', '--run-as', 'name'];
      expect(await livy(['set', 'demo', `${url}/`, ...login], 'very secret\n')).toEqual({
        code: 0,
        stdout: `New sessions of demo run on ${url} now. Livy 0.8.0 answers.\n`,
        stderr: '',
      });
      expect(logins).toContain(`Basic ${Buffer.from('ember:very secret').toString('base64')}`);
      expect((await livy(['show', 'demo'])).stdout).toBe(
        `Sessions of demo run on ${url}, with user ember, as their owners’ short names.\n`,
      );
      server.close();
      const tried = await livy(['test', 'demo']);
      expect([tried.code, tried.stdout]).toEqual([1, `That did not work: nothing listens at ${new URL(url).host}.\n`]);
      expect((await livy(['remove', 'demo'])).code).toBe(0);
      expect((await livy(['test', 'demo'])).stderr).toContain('there is no Livy to try');
    });

    it.each([
      [['set', 'demo', 'ftp://livy'], 'http:// or https://'],
      [['set', 'demo', 'http://a:b@livy'], 'own fields'],
      [['set', 'demo', 'http://livy', '--run-as', 'root'], 'Allowed choices are livy, email, name'],
      [['set', 'demo', 'http://livy', '--user', 'ada'], 'Please enter the password.'],
      [['set', 'demo', 'http://livy', '--password-stdin'], '--user'],
      [['set', 'demo', 'http://livy', '--user', 'ada', '--token-stdin'], 'either'],
      [['show', 'absent'], 'There is no project absent.'],
    ])('says what is wrong with %j', async (args, sentence) => {
      const { code, stdout, stderr } = await livy(args);
      expect([code === 0, stdout]).toEqual([false, '']);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toMatch(/^\s+at /m);
    });
  });
});
