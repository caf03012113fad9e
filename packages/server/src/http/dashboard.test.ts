import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { testApp, type TestApp } from '../testing/app.ts';

const page = '<!doctype html><title>Dashboard</title>';
const script = 'export const answer = 42;'.repeat(100);

describe("the dashboard's files", () => {
  let folder: string;
  let world: TestApp;
  const get = (url: string, headers: Record<string, string> = {}) => world.app.inject({ url, headers });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-dashboard-'));
    const files = {
      'index.html': page,
      'index.html.br': brotliCompressSync(page),
      'index.html.gz': gzipSync(page),
      'favicon.svg': '<svg/>',
      '.vite/manifest.json': '{}',
      'assets/page-abc.js': script,
      'assets/page-abc.js.br': brotliCompressSync(script),
      'assets/page-abc.js.gz': gzipSync(script),
      'assets/small-abc.js': 'export {};',
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    world = await testApp({ clock: fakeClock(), projectsFolder: folder, dashboard: folder });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('come compressed as the browser takes them, the smallest first, and as they are to others', async () => {
    for (const url of ['/assets/page-abc.js', '/projects/demo/jupyter']) {
      const content = url.startsWith('/assets') ? script : page;
      const type = url.startsWith('/assets') ? /javascript/ : /^text\/html/;
      const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
      expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': expect.stringMatching(type) });
      expect(brotli.rawPayload).toEqual(brotliCompressSync(content));
      const zipped = await get(url, { 'accept-encoding': 'gzip' });
      expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': expect.stringMatching(type) });
      expect(zipped.rawPayload).toEqual(gzipSync(content));
      const plain = await get(url);
      expect(plain.headers['content-encoding']).toBe(undefined);
      expect(plain.body).toBe(content);
      // A cache between must not give one what was meant for another.
      for (const { headers } of [brotli, zipped, plain]) expect(headers['vary']).toMatch(/accept-encoding/i);
      expect(new Set([brotli, zipped, plain].map(({ headers }) => headers['etag'])).size).toBe(3);
    }
  });

  it('come as they are where the build has nothing smaller', async () => {
    const { statusCode, headers, body } = await get('/assets/small-abc.js', { 'accept-encoding': 'br' });
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: 'export {};' });
    expect(headers['content-encoding']).toBe(undefined);
  });

  it('are kept for good by their names, and the page is asked for anew', async () => {
    expect((await get('/assets/page-abc.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const first = await get('/jobs', { 'accept-encoding': 'br' });
    expect(first.headers['cache-control']).toBe('no-cache');
    const etag = String(first.headers['etag']);
    expect((await get('/', { 'accept-encoding': 'br', 'if-none-match': etag })).statusCode).toBe(304);
    expect((await get('/', { 'if-none-match': etag })).statusCode).toBe(200);
  });

  it('are not what else lies in the folder of the build', async () => {
    expect((await get('/.vite/manifest.json')).body).toBe(page);
    expect((await get('/index.html.br')).body).toBe(page);
    expect((await get('/assets/absent.js', { 'accept-encoding': 'br' })).statusCode).toBe(404);
  });
});
