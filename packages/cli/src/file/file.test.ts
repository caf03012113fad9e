import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const at = '2026-01-31T09:30:00.000Z';
const base = '/projects/demo/files';
const entry = { name: 'a.csv', path: 'Resources/a.csv', type: 'file', size: 10, changedAt: at };
const upload = {
  id: 'upload000001',
  folder: 'Resources',
  name: 'a.csv',
  size: 10,
  received: 0,
  pieceBytes: 6,
  startedAt: at,
  entry: null,
};

/** What the command line does with the answers of a platform. */
describe('emberlab file', () => {
  let home: string;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  /** By method and path, with its query: a text, an answer, or several, one after the other. */
  let answers: Record<string, unknown>;
  const calls: { route: string; body: Buffer }[] = [];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'emberlab-file-'));
    calls.length = 0;
    answers = {};
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
      calls.push({ route, body: await buffer(request) });
      const all = answers[route];
      const answer: unknown = Array.isArray(all) ? all.shift() : all;
      if (typeof answer === 'string') return void response.end(answer);
      const refused = answer === undefined || (typeof answer === 'object' && answer !== null && 'error' in answer);
      response
        .writeHead(refused ? 409 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer ?? { error: { code: 'not_found', message: `No ${route}.`, requestId: 'r' } }));
    };
    server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(home, 'emberlab'));
    const login = { token: 'ember_token_secret', email: 'ada@example.org', expiresAt: null };
    writeFileSync(join(home, 'emberlab/credentials.json'), JSON.stringify({ [origin]: login }));
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true });
  });

  async function file(...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), 'file', '--at', origin, ...args], {
      cwd: home,
      env: { PATH: process.env['PATH'], EMBERLAB_DATA: join(home, 'data'), XDG_CONFIG_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: ((await ended) as [number])[0], stdout, stderr };
  }

  it('lists all pages of a folder, without what would reach into the terminal', async () => {
    const folder = { ...entry, name: 'x\u001b[2Jy', path: 'x', type: 'folder', size: null };
    answers[`GET ${base}?path=Resources&sort=name`] = { items: [folder], next: 'n', total: 2 };
    answers[`GET ${base}?path=Resources&sort=name&after=n`] = { items: [entry], next: null, total: 2 };
    expect((await file('list', 'demo', 'Resources')).stdout).toBe(
      `NAME    BYTES  CHANGED\nx[2Jy/         ${at}\na.csv   10     ${at}\n`,
    );
    answers[`GET ${base}?path=&sort=size&all=1&reverse=1`] = { items: [entry], next: null, total: 1 };
    const json = await file('list', 'demo', '--json', '--all', '--sort', 'size', '--reverse');
    expect(JSON.parse(json.stdout)).toEqual([entry]);
  });

  it('gets a file, and overwrites none that is there unless it is told to', async () => {
    const found = `GET ${base}/entry?path=Resources%2Fa.csv&all=1`;
    answers[found] = entry;
    answers[`GET ${base}/content?path=Resources%2Fa.csv`] = '0123456789';
    expect((await file('get', 'demo', 'Resources/a.csv')).code).toBe(0);
    expect(readFileSync(join(home, 'a.csv'), 'utf8')).toBe('0123456789');
    writeFileSync(join(home, 'a.csv'), 'mine');
    const refused = await file('get', 'demo', 'Resources/a.csv');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'a.csv is there already. Please give another name, or --force.\n',
    ]);
    expect(readFileSync(join(home, 'a.csv'), 'utf8')).toBe('mine');
    expect((await file('get', 'demo', 'Resources/a.csv', '-')).stdout).toBe('0123456789');
    answers[found] = { ...entry, name: 'Resources', type: 'folder' };
    answers[`GET ${base}/archive?path=Resources%2Fa.csv`] = 'archive';
    await file('get', 'demo', 'Resources/a.csv');
    expect(readdirSync(home).filter((name) => name.endsWith('.tar') || name.includes('.part-'))).toEqual([
      'Resources.tar',
    ]);
  });

  it('puts a file in pieces, and goes on where one has broken off', async () => {
    writeFileSync(join(home, 'a.csv'), '0123456789');
    const piece = `PUT ${base}/uploads/${upload.id}`;
    answers[`POST ${base}/uploads`] = [upload, { ...upload, received: 6 }];
    answers[`${piece}?at=0`] = { error: { code: 'piece_misplaced', message: '6 bytes are there.', requestId: 'r' } };
    answers[`${piece}?at=6`] = { ...upload, received: 10, entry };
    expect(await file('put', 'demo', 'a.csv')).toMatchObject({ code: 0, stdout: 'Resources/a.csv\n' });
    expect(calls.map(({ route, body }) => `${route} ${route.startsWith('PUT') ? body.toString() : ''}`)).toEqual([
      `POST ${base}/uploads `,
      `${piece}?at=0 012345`,
      `POST ${base}/uploads `,
      `${piece}?at=6 6789`,
    ]);
    expect(JSON.parse(calls[0]?.body.toString() ?? '')).toMatchObject({
      folder: 'Resources',
      name: 'a.csv',
      size: 10,
      conflict: 'refuse',
    });
    expect((await file('put', 'demo', 'absent')).stderr).toBe('There is no file absent.\n');
    expect(existsSync(join(home, 'absent'))).toBe(false);
  });

  it('moves, makes folders and deletes; what could not be deleted is told, and the command fails', async () => {
    answers[`POST ${base}/moves`] = { ...entry, path: 'Resources/b.csv' };
    answers[`POST ${base}/folders`] = { ...entry, path: 'Resources/new' };
    expect((await file('mv', 'demo', 'Resources/a.csv', 'Resources/b.csv')).stdout).toBe('Resources/b.csv\n');
    expect((await file('mkdir', 'demo', 'Resources/new')).stdout).toBe('Resources/new\n');
    answers[`POST ${base}/removals`] = [
      { removed: 1, failed: [] },
      { removed: 0, failed: [{ path: 'x', message: 'It is not there.' }] },
    ];
    expect((await file('rm', 'demo', 'a', '--forever')).stdout).toBe('1 deleted\n');
    expect(await file('rm', 'demo', 'x')).toMatchObject({ code: 1, stderr: 'x: It is not there.\n' });
    expect(
      calls.filter(({ route }) => route.endsWith('removals')).map(({ body }) => JSON.parse(body.toString()) as unknown),
    ).toEqual([
      { paths: ['a'], forever: true },
      { paths: ['x'], forever: false },
    ]);
  });
});
