import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../lib/seal.ts';
import { makeCertificate } from '../../../testing/certificate.ts';
import { testDatabase } from '../../../testing/database.ts';
import { source } from '../testing/archives.ts';
import { localIndex } from '../testing/local-index.ts';
import { createIndexClient, indexesOf } from './client.ts';
import { createNames } from './names.ts';
import { createSend } from './send.ts';
import { createIndexService } from './service.ts';
import { buildLimits, createIndexSettings } from './settings.ts';
import { newestOf, versionsFor } from './versions.ts';

const on = { pythonVersion: '3.11.7', machine: 'x86_64', musl: false };

async function fixture() {
  const { db, [Symbol.asyncDispose]: closeDb } = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'ember-index-'));
  const index = await localIndex();
  const settings = createIndexSettings({ db, sealer: createSealer(join(folder, 'key')), limits: buildLimits });
  const client = createIndexClient();
  let now = Date.now();
  const clock = { now: () => now, steady: () => now, after: () => () => undefined };
  const warnings: unknown[] = [];
  const quiet = {
    info: () => undefined,
    warn: (details: unknown) => void warnings.push(details),
    error: () => undefined,
  };
  const newNames = () => createNames({ client, clock, folder: join(folder, 'names'), log: quiet });
  const names = newNames();
  const service = createIndexService({ settings, client, names, clock, platformEnv: { UV_DEFAULT_INDEX: index.url } });
  return {
    db,
    index,
    settings,
    names,
    newNames,
    service,
    warnings,
    folder,
    pass: (ms: number) => void (now += ms),
    async [Symbol.asyncDispose]() {
      await names.close();
      await index.close();
      await closeDb();
      await rm(folder, { recursive: true });
    },
  };
}

describe('versions of a library in an index', () => {
  it('are those that fit this Python and machine, the newest first, and the others are counted', () => {
    const file = (fileName: string, requiresPython: string | null = null, yanked = false) => ({
      fileName,
      requiresPython,
      yanked,
    });
    const found = versionsFor(
      'a',
      [
        file('a-1.0.tar.gz'),
        file('a-1.2-py3-none-any.whl', '>=3.8'),
        file('a-1.10-py3-none-any.whl', '>=3.8'),
        file('a-2.0rc1-py3-none-any.whl'),
        file('a-3.0-py3-none-any.whl', '>=3.12'),
        file('a-3.1-cp311-cp311-win_amd64.whl'),
        file('a-1.11-py3-none-any.whl', null, true),
        file('a-1.3-py3-none-any.whl', '>= what'),
        file('a-1.0.exe'),
      ],
      on,
    );
    expect(found.versions).toEqual([
      { version: '2.0rc1', prerelease: true, builds: false },
      { version: '1.10', prerelease: false, builds: false },
      { version: '1.3', prerelease: false, builds: false },
      { version: '1.2', prerelease: false, builds: false },
      { version: '1.0', prerelease: false, builds: true },
    ]);
    expect(found.leftOut).toEqual({ yanked: 1, python: 1, platform: 1 });
    expect(newestOf(found)).toBe('1.10');
  });

  it('are asked for once in a while, in the first index that knows the name', async () => {
    await using kit = await fixture();
    const { index, service, settings } = kit;
    await using own = Object.assign(await localIndex([{ name: 'alpha', version: '9.0' }]), {
      async [Symbol.asyncDispose]() {
        await own.close();
      },
    });
    index.add({ name: 'alpha', version: '1.0' });
    index.add({ name: 'beta', version: '1.0' }, { yanked: true });
    index.addFile('gamma-1.0.tar.gz', 'gamma', source({ name: 'gamma', version: '1.0' }));
    expect((await service.library('Alpha', on)).versions.map(({ version }) => version)).toEqual(['1.0']);
    expect(service.newest('alpha', on)).toBe('1.0');
    await service.library('alpha', on);
    expect(index.asked).toEqual(['/simple/alpha/']);
    kit.pass(11 * 60_000);
    await service.lookUp(['alpha', 'beta', 'gamma', 'nosuch'], on);
    expect(['alpha', 'beta', 'gamma', 'nosuch'].map((name) => service.newest(name, on))).toEqual([
      '1.0',
      null,
      '1.0',
      null,
    ]);
    await expect(service.library('nosuch', on)).rejects.toMatchObject({ code: 'not_found' });
    await settings.set({ ...(await settings.get()), extraIndexUrls: [own.url] });
    service.reset();
    expect((await service.library('alpha', on)).versions[0]?.version).toBe('9.0');
    index.setBroken(true);
    await expect(service.library('delta', on)).rejects.toMatchObject({ code: 'index_unreachable' });
    expect(await service.test(await settings.get())).toMatchObject({ ok: false });
  });

  it('are read from a page in HTML too', async () => {
    const page =
      '<a href="x" data-requires-python="&gt;=3.8">a-1.0.tar.gz</a><a data-yanked="bad" href="y">a-2.0.tar.gz</a>';
    const send = async () => new Response(page, { headers: { 'content-type': 'text/html' } });
    expect(await createIndexClient(send).files('https://index.example.org/simple', 'a')).toEqual([
      { fileName: 'a-1.0.tar.gz', requiresPython: '>=3.8', yanked: false },
      { fileName: 'a-2.0.tar.gz', requiresPython: null, yanked: true },
    ]);
  });

  it('are asked for with a password that stands in no address', async () => {
    const asked: [string, string | null][] = [];
    const send = (async (url: URL, init: RequestInit) => {
      asked.push([url.href, new Headers(init.headers).get('authorization')]);
      return new Response('', { status: 404 });
    }) as unknown as typeof fetch;
    await createIndexClient(send).files('https://ada:p%40ss@index.example.org/simple', 'a');
    expect(asked).toEqual([
      ['https://index.example.org/simple/a/', `Basic ${Buffer.from('ada:p@ss').toString('base64')}`],
    ]);
  });
});

describe('the search for names', () => {
  const settled = async (kit: Awaited<ReturnType<typeof fixture>>, typed: string) => {
    await kit.service.search(typed, new Map(), on);
    await kit.names.settled();
    return kit.service.search(typed, new Map([['pandas', '2.0']]), on);
  };

  it('fetches the list once, keeps it on disk for a day, and finds the best match first', async () => {
    await using kit = await fixture();
    for (const name of ['pandas', 'pandas-stubs', 'geopandas', 'Pandas_Profiling', 'numpy'])
      kit.index.add({ name, version: '1' });
    expect(await kit.service.search('panda', new Map(), on)).toEqual({ items: [], complete: false, preparing: true });
    expect(await settled(kit, 'Panda')).toEqual({
      items: [
        { name: 'pandas', installed: '2.0' },
        { name: 'pandas-stubs', installed: null },
        { name: 'pandas-profiling', installed: null },
        { name: 'geopandas', installed: null },
      ],
      complete: true,
      preparing: false,
    });
    const lists = () => kit.index.asked.filter((path) => path === '/simple/').length;
    expect(lists()).toBe(1);
    // After a restart it is there.
    const again = kit.newNames();
    expect((await again.find([kit.index.url], 'numpy')).names).toEqual(['numpy']);
    expect(lists()).toBe(1);
    const [file = ''] = await readdir(join(kit.folder, 'names'));
    const path = join(kit.folder, 'names', file);
    const { mtimeMs } = await stat(path);
    await utimes(path, mtimeMs / 1000 - 90_000, mtimeMs / 1000 - 90_000);
    const later = kit.newNames();
    // An old list is good until the new one is there.
    expect((await later.find([kit.index.url], 'numpy')).names).toEqual(['numpy']);
    await later.settled();
    expect(lists()).toBe(2);
  });

  it('finds a whole name in an index without a list, and does not ask for that again and again', async () => {
    await using kit = await fixture();
    kit.index.add({ name: 'alpha', version: '1' });
    kit.index.setListed(false);
    expect(await settled(kit, 'alpha')).toEqual({
      items: [{ name: 'alpha', installed: null }],
      complete: false,
      preparing: false,
    });
    expect((await settled(kit, 'alph')).items).toEqual([]);
    expect(kit.index.asked.filter((path) => path === '/simple/').length).toBe(1);
    kit.service.reset();
    kit.index.setBroken(true);
    await settled(kit, 'alph');
    await settled(kit, 'alph');
    expect(kit.index.asked.filter((path) => path === '/simple/').length).toBe(2);
  });

  it('is quick in a list as long as the longest there is', async () => {
    await using kit = await fixture();
    const names = Array.from({ length: 700_000 }, (_, i) => `{"name":"library-${i}"}`).join(',');
    const send = async () =>
      new Response(`{"projects":[${names}]}`, { headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' } });
    const long = createNames({
      client: createIndexClient(send),
      clock: { now: Date.now, steady: Date.now, after: () => () => undefined },
      folder: join(kit.folder, 'long'),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    await long.find(['http://long'], 'x');
    await long.settled();
    expect((await long.find(['http://long'], 'library-699999')).names).toEqual(['library-699999']);
    expect((await long.find(['http://long'], '9999')).names.length).toBe(20);
  });
});

describe('the settings of indexes', () => {
  it('keep a password sealed, show it to nobody, and keep it when it comes back masked for the same address', async () => {
    await using kit = await fixture();
    const { settings, db } = kit;
    const before = await settings.get();
    const url = 'https://ada:secret-word@index.example.org/simple';
    await settings.set({ ...before, indexUrl: url });
    expect((await settings.shown()).indexUrl).toBe('https://ada:***@index.example.org/simple');
    expect(JSON.stringify(await db.selectFrom('package_index').selectAll().execute())).not.toContain('secret-word');
    await settings.set({ ...(await settings.shown()), refused: ['Evil_Lib'] });
    expect((await settings.get()).indexUrl).toBe(url);
    const { env, publicEnv, refused } = await settings.rules();
    expect(env['UV_DEFAULT_INDEX']).toBe(url);
    expect(JSON.stringify(publicEnv)).not.toContain('secret-word');
    expect(refused).toEqual(['evil-lib']);
    const elsewhere = settings.set({ ...before, indexUrl: 'https://ada:***@evil.example.org/simple' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('go before what the machine says, and offline no index is asked', async () => {
    await using kit = await fixture();
    const nothing = await kit.settings.get();
    expect(indexesOf(nothing, { PIP_INDEX_URL: 'https://a.example.org/simple/' })).toEqual([
      'https://a.example.org/simple',
    ]);
    const set = { ...nothing, indexUrl: 'https://b.example.org/s', extraIndexUrls: ['https://c.example.org/s'] };
    expect(indexesOf(set, { UV_DEFAULT_INDEX: 'https://a.example.org' })).toEqual([
      'https://c.example.org/s',
      'https://b.example.org/s',
    ]);
    expect(indexesOf({ ...set, offline: true }, {})).toEqual([]);
  });
});

describe('an index whose certificate nobody knows', () => {
  it('is asked only when the administrator trusts it', async () => {
    await using kit = await fixture();
    const { pem, key } = await makeCertificate(kit.folder);
    const server = createServer({ cert: pem, key: readFileSync(key) }, (_request, response) => {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end('{"files":[{"filename":"a-1.0.tar.gz"}]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const asking = createSend(kit.settings);
    const ask = () => createIndexClient(asking.send).files(`https://127.0.0.1:${port}/simple`, 'a');
    await expect(ask()).rejects.toMatchObject({ code: 'index_unreachable' });
    await kit.settings.set({ ...(await kit.settings.get()), trustedHosts: [`127.0.0.1:${port}`] });
    expect(await ask()).toHaveLength(1);
    await asking.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
