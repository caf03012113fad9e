import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOfBytes, type FoundFiles, type ProjectFolder } from '@emberlab/contract';
import { describe, expect, test } from 'vitest';
import { fileRig } from './files.fixture.ts';
import { pageSize } from './paging.ts';
import { searchFolder, type SearchOptions } from './search.ts';

const namesOf = ({ body }: { body: unknown }) => (body as ProjectFolder).items.map(({ name }) => name);
const messageOf = ({ body }: { body: Record<string, unknown> }) => (body['error'] as { message: string }).message;

describe('a folder', () => {
  test('of ten thousand entries comes page by page, sorted and filtered by the server', async () => {
    await using it = await fileRig();
    mkdirSync(join(it.project, 'many'));
    for (let index = 0; index < 10_000; index += 1)
      writeFileSync(join(it.project, 'many', `part-${index}.csv`), 'x'.repeat(index % 7));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query: Record<string, string> = {
        path: 'many',
        sort: 'size',
        reverse: '1',
        ...(after === null ? {} : { after }),
      };
      const { body } = await it.get('', query);
      const page = body as unknown as ProjectFolder;
      expect(page.total).toBe(10_000);
      seen.push(...page.items.map(({ name }) => name));
      after = page.next;
    } while (after !== null && seen.length < 3 * pageSize);
    expect(new Set(seen).size).toBe(3 * pageSize);

    const sizes = (await it.get('', { path: 'many', sort: 'size', reverse: '1' })).body as unknown as ProjectFolder;
    expect(new Set(sizes.items.map(({ size }) => size))).toEqual(new Set([6]));
    const found = await it.get('', { path: 'many', find: 'PART-99' });
    expect((found.body as unknown as ProjectFolder).total).toBe(111);
  });

  test('is sorted by name in any case, by size and by change, folders first, and shows hidden names when asked', async () => {
    await using it = await fileRig();
    const folder = join(it.project, 'Resources');
    for (const [name, text] of [
      ['b', 'x'],
      ['A', 'xxx'],
      ['.c', ''],
    ] as const)
      writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, 'z'));
    utimesSync(join(folder, 'b'), 1, 1);
    expect(namesOf(await it.get('', { path: 'Resources' }))).toEqual(['z', 'A', 'b']);
    expect(namesOf(await it.get('', { path: 'Resources', sort: 'size' }))).toEqual(['z', 'b', 'A']);
    expect(namesOf(await it.get('', { path: 'Resources', sort: 'changed' }))).toEqual(['z', 'b', 'A']);
    symlinkSync('/etc', join(folder, 'out'));
    expect(namesOf(await it.get('', { path: 'Resources', all: '1', reverse: '1' }))).toEqual([
      'z',
      'out',
      'b',
      'A',
      '.c',
    ]);
    for (const after of ['x', '[', '[1]', '[1,2,3]', 'null']) {
      expect((await it.get('', { path: 'Resources', after })).status).toBe(200);
    }
  });

  test('has files whose names are no text, and they can be read, moved and removed', async () => {
    await using it = await fileRig();
    const odd = Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x63]);
    const name = nameOfBytes(odd);
    writeFileSync(Buffer.concat([Buffer.from(`${it.project}/Resources/`), odd]), 'odd');
    expect(namesOf(await it.get('', { path: 'Resources' }))).toEqual([name]);
    expect((await it.get('/content', { path: `Resources/${name}` })).raw.toString()).toBe('odd');
    expect((await it.post('/moves', { from: `Resources/${name}`, to: 'Resources/good.txt' })).status).toBe(200);
    expect(readFileSync(join(it.project, 'Resources/good.txt'), 'utf8')).toBe('odd');
    writeFileSync(Buffer.concat([Buffer.from(`${it.project}/Resources/`), odd]), 'odd');
    expect((await it.post('/removals', { paths: [`Resources/${name}`] })).body).toMatchObject({ removed: 1 });
    const binned = (await it.get('/bin')).body as { items: { id: string; path: string }[] };
    expect((await it.post(`/bin/${binned.items[0]?.id}/restore`, {})).body).toMatchObject({
      path: `Resources/${name}`,
    });
    expect(
      readdirSync(Buffer.from(join(it.project, 'Resources')), { encoding: 'buffer' }).some((one) => one.equals(odd)),
    ).toBe(true);
  });
});

describe('the content of a file', () => {
  test('is saved and never shown: whatever it is, it comes as bytes that no browser runs', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/“x”\n.html'), '<script>alert(1)</script>');
    const { status, headers } = await it.get('/content', { path: 'Resources/“x”\n.html' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `attachment; filename="_x__.html"; filename*=UTF-8''%E2%80%9Cx%E2%80%9D%0A.html`,
    });
  });

  test('comes in parts, as long as it is the same file', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/a'), '0123456789');
    const part = async (headers: Record<string, string>) => {
      const {
        status,
        raw,
        headers: got,
      } = await it.ask(it.vic, 'GET', '/content', { query: { path: 'Resources/a' }, headers });
      return { status, text: raw.toString(), range: got['content-range'], tag: String(got['etag']) };
    };
    const first = await part({ range: 'bytes=2-4' });
    expect(first).toMatchObject({ status: 206, text: '234', range: 'bytes 2-4/10' });
    expect(await part({ range: 'bytes=8-', 'if-range': first.tag })).toMatchObject({ status: 206, text: '89' });
    expect(await part({ range: 'bytes=8-', 'if-range': '"other"' })).toMatchObject({ status: 200, text: '0123456789' });
    expect(await part({ range: 'bytes=10-' })).toMatchObject({ status: 416, range: 'bytes */10' });
  });

  test.each(['Resources', 'absent', '../x', '.emberlab/bin', 'out/passwd'])('is not found at %j', async (path) => {
    await using it = await fileRig();
    symlinkSync('/etc', join(it.project, 'out'));
    expect((await it.get('/content', { path })).status).toBe(404);
  });

  test('of a folder is an archive that unpacks to the same', async () => {
    await using it = await fileRig();
    const deep = join('Resources', 'a'.repeat(90), 'ü'.repeat(60));
    mkdirSync(join(it.project, deep), { recursive: true });
    writeFileSync(join(it.project, deep, 'file'), 'x'.repeat(1000));
    writeFileSync(join(it.project, 'Resources/empty'), '');
    symlinkSync('/etc/passwd', join(it.project, 'Resources/link'));
    const { raw, headers } = await it.get('/archive', { path: 'Resources' });
    expect(headers['content-disposition']).toContain('Resources.tar');
    const to = join(it.folder, 'unpacked');
    mkdirSync(to);
    execFileSync('tar', ['-xf', '-', '-C', to], { input: raw });
    expect(readFileSync(join(to, deep, 'file'), 'utf8')).toBe('x'.repeat(1000));
    expect(readdirSync(join(to, 'Resources')).toSorted()).toEqual(['a'.repeat(90), 'empty']);

    const zipped = await it.get('/archive', { path: 'Resources', format: 'zip' });
    expect(zipped.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': expect.stringContaining('Resources.zip'),
    });
    writeFileSync(join(it.folder, 'it.zip'), zipped.raw);
    const unzipped = join(it.folder, 'unzipped');
    execFileSync('python3', ['-m', 'zipfile', '-e', join(it.folder, 'it.zip'), unzipped]);
    expect(readFileSync(join(unzipped, deep, 'file'), 'utf8')).toBe('x'.repeat(1000));
    expect(readdirSync(join(unzipped, 'Resources')).toSorted()).toEqual(['a'.repeat(90), 'empty']);
    expect((await it.get('/archive', { path: 'Resources', format: 'rar' })).status).toBe(400);
  });
});

describe('a search', () => {
  const search = async (it: Awaited<ReturnType<typeof fileRig>>, query: Record<string, string>) => {
    const { body } = await it.get('/search', query);
    const { items, cut } = body as unknown as FoundFiles;
    return { paths: items.map(({ path }) => path), cut };
  };

  test('finds files and folders by name in a folder and below it, the nearest first', async () => {
    await using it = await fileRig();
    mkdirSync(join(it.project, 'Resources/deep/Report of June'), { recursive: true });
    writeFileSync(join(it.project, 'Resources/deep/Report of June/a report.csv'), 'x');
    writeFileSync(join(it.project, 'Resources/REPORT.txt'), 'xyz');
    writeFileSync(join(it.project, 'Jupyter/report.ipynb'), '');
    writeFileSync(join(it.project, 'Resources/deep/.report'), '');
    const inResources = [
      'Resources/REPORT.txt',
      'Resources/deep/Report of June',
      'Resources/deep/Report of June/a report.csv',
    ];
    expect(await search(it, { path: 'Resources', find: ' report' })).toEqual({ paths: inResources, cut: false });
    expect((await search(it, { find: 'report' })).paths).toEqual(['Jupyter/report.ipynb', ...inResources]);
    expect((await search(it, { path: 'Resources/deep', all: '1' })).paths).toEqual([
      'Resources/deep/.report',
      'Resources/deep/Report of June',
      'Resources/deep/Report of June/a report.csv',
    ]);
    expect((await it.get('/search', { path: 'absent', find: 'x' })).status).toBe(404);
    expect((await it.get('/search', { path: '../demo', find: 'x' })).status).toBe(404);
  });

  test('follows no link: nothing is found outside of the project, or without end', async () => {
    await using it = await fileRig();
    symlinkSync('/etc', join(it.project, 'Resources/etc'));
    symlinkSync('..', join(it.project, 'Resources/up'));
    symlinkSync('Resources', join(it.project, 'passwords'));
    expect(await search(it, { find: 'pass' })).toEqual({ paths: ['passwords'], cut: false });
    expect((await it.get('/search', { path: 'Resources/etc', find: 'pass' })).status).toBe(404);
    expect((await search(it, { find: 'etc' })).paths).toEqual([]);
    expect((await search(it, { find: 'bin', all: '1' })).paths).toEqual([]);
  });

  test('ends where it has gone far enough, and says so', async () => {
    await using it = await fileRig();
    const tree = { root: it.project, who: null };
    mkdirSync(join(it.project, 'a/b/c'), { recursive: true });
    for (const name of ['1', '2', '3']) writeFileSync(join(it.project, 'a/b', name), '');
    const found = async (bounds: NonNullable<SearchOptions['bounds']>) => {
      const { items, cut } = await searchFolder(tree, 'a', { bounds });
      return [items.map(({ name }) => name).join(' '), cut];
    };
    expect(await found({})).toEqual(['b 1 2 3 c', false]);
    expect(await found({ found: 2 })).toEqual(['b 1', true]);
    expect(await found({ seen: 3 })).toEqual(['b 1 2', true]);
    expect(await found({ depth: 1 })).toEqual(['b 1 2 3 c', true]);
    expect(await found({ folders: 1 })).toEqual(['b 1 2 3 c', true]);
  });
});

describe('what members change', () => {
  test('is a new folder, another name, another place; nothing takes the place of another', async () => {
    await using it = await fileRig();
    expect(await it.post('/folders', { path: 'Resources/new' })).toMatchObject({
      status: 201,
      body: { type: 'folder' },
    });
    expect((await it.post('/folders', { path: 'Resources/new' })).status).toBe(409);
    writeFileSync(join(it.project, 'Resources/a'), 'a');
    writeFileSync(join(it.project, 'Resources/b'), 'b');
    expect((await it.post('/moves', { from: 'Resources/a', to: 'Resources/b' })).status).toBe(409);
    expect(readFileSync(join(it.project, 'Resources/b'), 'utf8')).toBe('b');
    expect(await it.post('/moves', { from: 'Resources/a', to: 'Resources/new/c' })).toMatchObject({
      body: { path: 'Resources/new/c' },
    });
    expect(messageOf(await it.post('/moves', { from: 'Resources/new', to: 'Resources/new/in' }))).toBe(
      'A folder cannot be moved into itself.',
    );
    expect((await it.post('/moves', { from: 'Resources/absent', to: 'Resources/x' })).status).toBe(404);
    expect((await it.post('/moves', { from: 'Jupyter', to: 'Resources/Jupyter' })).status).toBe(400);
    // Two at once: one of them gets the name.
    writeFileSync(join(it.project, 'Resources/d'), 'd');
    const both = await Promise.all(
      ['b', 'd'].map((name) => it.post('/moves', { from: `Resources/${name}`, to: 'Resources/e' })),
    );
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test('moves a link as a link', async () => {
    await using it = await fileRig();
    symlinkSync('/etc', join(it.project, 'Resources/out'));
    expect((await it.post('/moves', { from: 'Resources/out', to: 'Resources/there' })).status).toBe(200);
    expect(namesOf(await it.get('', { path: 'Resources', all: '1' }))).toEqual(['there']);
  });

  test.each(['Resources/..', 'Resources/a\0', 'Resources/\u202e', `Resources/${'x'.repeat(256)}`, '.emberlab/x', '/'])(
    'gets no name %j',
    async (path) => {
      await using it = await fileRig();
      expect((await it.post('/folders', { path })).status).toBeGreaterThanOrEqual(400);
      expect(readdirSync(join(it.project, 'Resources'))).toEqual([]);
    },
  );

  test('is changed by editors alone, and read by viewers', async () => {
    await using it = await fileRig();
    writeFileSync(join(it.project, 'Resources/a'), 'a');
    const body = { paths: ['Resources/a'] };
    expect((await it.post('/removals', body, it.vic)).status).toBe(403);
    expect((await it.post('/folders', { path: 'x' }, it.vic)).status).toBe(403);
    expect((await it.post('/uploads', { folder: '', name: 'x', size: 1 }, it.vic)).status).toBe(403);
    expect((await it.get('/content', { path: 'Resources/a' })).status).toBe(200);
    expect(existsSync(join(it.project, 'Resources/a'))).toBe(true);
  });
});
