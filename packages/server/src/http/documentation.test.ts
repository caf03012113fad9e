import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { testApp, type TestApp } from '../testing/app.ts';

const hash = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
const page = '<!doctype html><title>User guide</title>';

describe('the documentation', () => {
  let folder: string;
  let world: TestApp;
  const get = (url: string, headers: Record<string, string> = {}) => world.app.inject({ url, headers });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-documentation-'));
    const files = {
      'docs/index.html': page,
      'docs/user/index.html': page,
      'docs/user/index.html.gz': gzipSync(page),
      'docs/404.html': '<!doctype html><title>Not here</title>',
      'docs/_assets/site.abc.css': 'a {}',
      'docs/pictures/home.0123456789.png': 'png',
      'docs/pagefind/pagefind.js': 'export {}',
      'docs/policy.json': JSON.stringify({ scripts: [hash] }),
      'docs/.built-from': 'state',
      'web/index.html': '<!doctype html><title>Dashboard</title>',
      'web/assets/x.js': '',
      secret: 'secret',
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    world = await testApp({
      clock: fakeClock(),
      projectsFolder: folder,
      dashboard: join(folder, 'web'),
      documentation: join(folder, 'docs'),
    });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('is there below /docs for everybody, without a login', async () => {
    for (const url of ['/docs/', '/docs/user/', '/docs/user/index.html']) {
      const answer = await get(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.body).toBe(page);
    }
    expect(await get('/docs')).toMatchObject({ statusCode: 308, headers: { location: '/docs/' } });
    const withoutSlash = await get('/docs/user');
    expect(withoutSlash.statusCode).toBeGreaterThanOrEqual(301);
    expect(withoutSlash.headers['location']).toBe('/docs/user/');
  });

  it('may run the scripts of its files and those with the hashes of its build, the dashboard none in its page', async () => {
    const directive = (policy: unknown) => /script-src ([^;]+)/.exec(String(policy))?.[1];
    const { headers } = await get('/docs/user/');
    expect(directive(headers['content-security-policy'])).toBe(`'self' ${hash} 'wasm-unsafe-eval'`);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(directive((await get('/')).headers['content-security-policy'])).toBe("'self'");
    expect(directive((await get('/docs/absent/')).headers['content-security-policy'])).toContain(hash);
  });

  it('is kept by browsers where a name changes with its content, and asked for anew elsewhere', async () => {
    const kept = async (url: string) => (await get(url)).headers['cache-control'];
    expect(await kept('/docs/_assets/site.abc.css')).toBe('public, max-age=31536000, immutable');
    expect(await kept('/docs/pictures/home.0123456789.png')).toBe('public, max-age=31536000, immutable');
    expect(await kept('/docs/pagefind/pagefind.js')).toBe('no-cache');
    const { headers } = await get('/docs/user/');
    expect(headers['cache-control']).toBe('no-cache');
    expect((await get('/docs/user/', { 'if-none-match': String(headers['etag']) })).statusCode).toBe(304);
  });

  it('comes compressed to those who take it', async () => {
    const { headers, rawPayload } = await get('/docs/user/', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers['vary']).toMatch(/accept-encoding/i);
    expect(rawPayload.length).toBe(gzipSync(page).length);
  });

  it('says of a page that is not there that it is not, and gives nothing else away', async () => {
    for (const url of [
      '/docs/absent/',
      '/docs/absent',
      '/docs/.built-from',
      '/docs/..%2fsecret',
      '/docs/user/..%5c..%5csecret',
    ]) {
      const answer = await get(url);
      expect(answer.body).not.toContain('secret');
      expect([404, 403, 400]).toContain(answer.statusCode);
    }
    expect((await get('/docs/absent/')).body).toContain('Not here');
    // Addresses of the dashboard that only begin alike are the dashboard's.
    expect((await get('/docsy')).body).toContain('Dashboard');
  });
});

it('is not there where no site was built, and the platform serves all the same', async () => {
  await using world = await testApp({ clock: fakeClock(), projectsFolder: tmpdir(), documentation: '/nowhere' });
  expect((await world.app.inject({ url: '/docs/' })).statusCode).toBe(404);
});
