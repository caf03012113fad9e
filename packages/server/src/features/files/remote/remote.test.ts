import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pieceBytes, routes, type RouteName } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkToken } from '../../../http/token-rights.ts';
import { createS3Storage } from '../../../storage/s3/storage.ts';
import { hasObjectStore, startObjectStore, type ObjectStore } from '../../../testing/object-store.ts';
import { seedServer } from '../../../testing/database.ts';
import { fileRig } from '../files.fixture.ts';
import { projectFoldersIn } from './folders.ts';

describe.skipIf(!hasObjectStore)('files of projects in an object store', () => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await startObjectStore();
  }, 60_000);
  afterAll(async () => store?.[Symbol.asyncDispose]());

  const open = async () => {
    const storage = await createS3Storage(await store.bucket());
    const rig = await fileRig({ remote: { kind: 's3', storage } });
    await rig.files.ready();
    const names = async (path = '', query: Record<string, string> = {}) =>
      ((await rig.get('', { path, ...query })).body['items'] as { name: string }[]).map(({ name }) => name);
    const save = (path: string, payload: string | Buffer, by = rig.edd) =>
      rig.ask(by, 'PUT', '/content', {
        query: { path },
        payload,
        headers: { 'content-type': 'application/octet-stream' },
      });
    return {
      ...rig,
      storage,
      names,
      save,
      async [Symbol.asyncDispose]() {
        await rig[Symbol.asyncDispose]();
        storage.close();
      },
    };
  };

  it('of somebody else do not become a new project’s by its name; what an interrupted creation left does', async () => {
    await using rig = await open();
    const { storage } = rig;
    const folders = projectFoldersIn(storage);
    await folders.mustBeFree('fresh');
    await folders.prepare('fresh');
    await folders.mustBeFree('fresh');
    await storage.write('fresh/Resources/theirs.csv', Readable.from([Buffer.from('x')]), { replace: false });
    await expect(folders.mustBeFree('fresh')).rejects.toThrow(
      /There are files in a folder fresh of the object store already/,
    );
  });

  it('are listed, found, read in parts and packed like those on a disk', async () => {
    await using rig = await open();
    const { names, save, get, post, storage } = rig;
    expect(await names()).toEqual(['Jupyter', 'Logs', 'Resources']);
    expect((await post('/folders', { path: 'Resources/data' })).status).toBe(201);
    expect((await post('/folders', { path: 'Resources/data' })).status).toBe(409);
    expect((await save('Resources/data/B.csv', '0123456789')).body).toMatchObject({
      name: 'B.csv',
      path: 'Resources/data/B.csv',
      type: 'file',
      size: 10,
    });
    await save('Resources/data/a.csv', 'a');
    await save('Resources/data/.hidden', 'a');
    expect(await storage.stat('churn/Resources/data/B.csv')).toMatchObject({ size: 10 });
    expect(await names('Resources/data')).toEqual(['a.csv', 'B.csv']);
    expect(await names('Resources/data', { sort: 'size', reverse: '1' })).toEqual(['B.csv', 'a.csv']);
    expect(await names('Resources/data', { all: '1', find: 'HID' })).toEqual(['.hidden']);
    expect((await get('', { path: 'nowhere' })).status).toBe(404);
    expect((await get('', { path: '../other' })).status).toBe(404);
    expect((await get('', { path: '.emberlab' })).status).toBe(404);
    const found = (await get('/search', { find: 'csv' })).body['items'] as { path: string }[];
    expect(found.map(({ path }) => path).toSorted()).toEqual(['Resources/data/B.csv', 'Resources/data/a.csv']);
    expect((await get('/entry', { path: 'Resources/data/a.csv' })).body).toMatchObject({ size: 1 });
    const whole = await get('/content', { path: 'Resources/data/B.csv' });
    expect(whole.raw.toString()).toBe('0123456789');
    const part = await rig.ask(rig.vic, 'GET', '/content', {
      query: { path: 'Resources/data/B.csv' },
      headers: { range: 'bytes=2-4', 'if-range': String(whole.headers['etag']) },
    });
    expect([part.status, part.raw.toString(), part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    const archive = await get('/archive', { path: 'Resources/data', format: 'tar' });
    expect(archive.raw.toString('latin1')).toContain('data/B.csv');
    expect((await get('/usage')).body).toEqual({ storage: 's3', bytes: 12, files: 3, space: null, names: null });
  });

  it('are saved in the place of what was there, by those who may', async () => {
    await using rig = await open();
    const { save, get, names } = rig;
    await save('Jupyter/a.ipynb', 'first');
    expect((await save('Jupyter/a.ipynb', 'second')).status).toBe(200);
    expect((await get('/content', { path: 'Jupyter/a.ipynb' })).raw.toString()).toBe('second');
    expect((await save('Jupyter/b.ipynb', 'x', rig.vic)).status).toBe(403);
    expect((await save('Jupyter', 'x')).status).toBe(409);
    expect((await save('nowhere/b.ipynb', 'x')).status).toBe(404);
    expect(await names('Jupyter')).toEqual(['a.ipynb']);
    expect(await rig.files.isFile('churn', 'Jupyter/a.ipynb')).toBe(true);
    expect(await rig.files.isFile('churn', 'Jupyter/no.ipynb')).toBe(false);
  });

  it('come in pieces, which wait here until all of them are there', async () => {
    await using rig = await open();
    const { post, piece, get, project, names } = rig;
    const content = randomBytes(pieceBytes + 1000);
    const body = { folder: 'Resources', name: 'large.bin', size: content.length };
    const { id } = (await post('/uploads', body)).body as { id: string };
    expect((await piece(id, 0, content.subarray(0, pieceBytes))).body).toMatchObject({ received: pieceBytes });
    expect(await names('Resources')).toEqual([]);
    const done = await piece(id, pieceBytes, content.subarray(pieceBytes));
    expect(done.body).toMatchObject({ entry: { path: 'Resources/large.bin', size: content.length } });
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(sum((await get('/content', { path: 'Resources/large.bin' })).raw)).toBe(sum(content));
    expect(readdirSync(join(project, '.emberlab/uploads'))).toEqual([]);
    expect((await post('/uploads', body)).status).toBe(409);
    const both = (await post('/uploads', { ...body, size: 1, conflict: 'keepBoth' })).body as { id: string };
    expect((await piece(both.id, 0, 'x')).body).toMatchObject({ entry: { path: 'Resources/large (2).bin' } });
    const instead = (await post('/uploads', { ...body, size: 1, conflict: 'replace' })).body as { id: string };
    expect((await piece(instead.id, 0, 'y')).body).toMatchObject({ entry: { path: 'Resources/large.bin', size: 1 } });
    expect((await get('/bin')).body).toMatchObject({ total: { items: 1, bytes: content.length } });
    expect(existsSync(join(project, 'Resources/large.bin'))).toBe(false);
  });

  it('go into the bin, come back, and go for good when their time is over', async () => {
    await using rig = await open();
    const { post, save, get, names, ask, edd, clock } = rig;
    await post('/folders', { path: 'Resources/data' });
    await save('Resources/data/a.csv', 'abc');
    expect((await post('/removals', { paths: ['Resources/data', 'Jupyter'] })).body).toMatchObject({
      removed: 1,
      failed: [{ path: 'Jupyter' }],
    });
    expect(await names('Resources')).toEqual([]);
    const [item] = (await get('/bin')).body['items'] as { id: string; size: number }[];
    expect(item?.size).toBe(3);
    await post('/folders', { path: 'Resources/data' });
    expect((await post(`/bin/${item?.id}/restore`, {})).body).toMatchObject({ path: 'Resources/data (restored)' });
    expect((await get('/content', { path: 'Resources/data (restored)/a.csv' })).raw.toString()).toBe('abc');
    await post('/removals', { paths: ['Resources/data (restored)'] });
    await post('/removals', { paths: ['Resources/data'], forever: true });
    clock.advance(31 * 86_400_000);
    await rig.files.tidy();
    expect((await get('/bin')).body).toMatchObject({ total: { items: 0 } });
    await save('Resources/b.csv', 'x');
    await post('/removals', { paths: ['Resources/b.csv'] });
    expect((await ask(edd, 'DELETE', '/bin')).status).toBe(200);
    expect((await get('/usage')).body).toMatchObject({ bytes: 0, files: 0 });
  });

  it('are moved, never onto others, and folders of the project stay', async () => {
    await using rig = await open();
    const { post, save, names } = rig;
    await post('/folders', { path: 'Resources/data' });
    await save('Resources/data/a.csv', 'abc');
    await save('Resources/b.csv', 'b');
    const move = async (from: string, to: string) => (await post('/moves', { from, to })).status;
    expect(await move('Resources/data', 'Resources/moved')).toBe(200);
    expect(await names('Resources/moved')).toEqual(['a.csv']);
    expect(await move('Resources/b.csv', 'Resources/moved/a.csv')).toBe(409);
    expect(await move('Resources/moved', 'Resources/moved/in')).toBe(400);
    expect(await move('Resources/no', 'Resources/x')).toBe(404);
    expect(await move('Jupyter', 'Notebooks')).toBe(400);
    expect(await names('Resources')).toEqual(['moved', 'b.csv']);
  });

  it('are open to the Jupyter server of a member, which gets nothing else and nothing of other projects', async () => {
    await using rig = await open();
    const { kit, edd, vic, projectId } = rig;
    await kit.projects.service.create({ name: 'other' }, edd.id);
    const serverOf = async (userId: string) => {
      await seedServer(kit.db, { id: `server-${userId}`, projectId, userId });
      return kit.users.service.issueForServer({ serverId: `server-${userId}`, userId, projectId });
    };
    const verdict = async (token: string, method: 'GET' | 'PUT' | 'DELETE', path: string) => {
      const url = `/api/v1/projects/${path}`;
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await kit.as(token, method === 'PUT' ? { method, url, payload: 'x', headers } : { method, url });
      return answer.statusCode;
    };
    const editors = await serverOf(edd.id);
    expect(await verdict(editors, 'PUT', 'churn/files/content?path=Jupyter/a.ipynb')).toBe(200);
    expect(await verdict(editors, 'GET', 'churn/files/content?path=Jupyter/a.ipynb')).toBe(200);
    expect(await verdict(editors, 'GET', 'other/files')).toBe(404);
    const actor = { loginDigest: null, scopes: ['read', 'run'], projectIds: [projectId], only: 'files' } as const;
    const opened = (Object.keys(routes) as RouteName[]).filter((name) => {
      try {
        checkToken(name, actor, projectId);
        return true;
      } catch {
        return false;
      }
    });
    expect(opened.filter((name) => !name.startsWith('files.'))).toEqual([]);
    expect(opened).toContain('files.save');
    expect(opened).not.toContain('files.setRules');
    const viewers = await serverOf(vic.id);
    expect(await verdict(viewers, 'GET', 'churn/files')).toBe(200);
    expect(await verdict(viewers, 'PUT', 'churn/files/content?path=Jupyter/b.ipynb')).toBe(403);
    await kit.users.service.revokeForServer(`server-${edd.id}`);
    expect(await verdict(editors, 'GET', 'churn/files')).toBe(401);
  });

  it('say so when the storage does not answer', async () => {
    const storage = await createS3Storage({ ...(await store.bucket()), endpoint: 'http://127.0.0.1:1' });
    await using rig = await fileRig({ remote: { kind: 's3', storage } });
    await rig.files.ready();
    const answer = await rig.get('');
    expect([answer.status, (answer.body['error'] as { code: string }).code]).toEqual([503, 'files_unavailable']);
    storage.close();
  }, 30_000);
});
