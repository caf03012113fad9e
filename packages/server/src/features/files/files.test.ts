import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectEntry } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { pageSize } from './paging.ts';
import { createTestFiles } from './testing.ts';

describe('files of a project', () => {
  const clock = fakeClock();
  let folder: string;
  let project: string;
  let kit: TestApp;
  let ada: { id: string; token: string };
  let eve: { id: string; token: string };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-files-'));
    kit = await testApp({ clock, projectsFolder: folder });
    createTestFiles(kit, { clock, maxUploadBytes: 1000 }).registerRoutes(kit.router);
    const account = async (name: string) => {
      const email = `${name}@example.org`;
      const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
      return { id, token: (await kit.users.service.createToken(id, 'test', null)).secret };
    };
    [ada, eve] = [await account('ada'), await account('eve')];
    await kit.projects.service.create({ name: 'churn' }, ada.id);
    project = join(folder, 'churn');
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const list = async (path = '', { after, by = ada }: { after?: string; by?: { token: string } } = {}) => {
    const query = { path, ...(after === undefined ? {} : { after }) };
    const answer = await kit.as(by.token, { url: '/api/v1/projects/churn/files', query });
    const body = answer.json<{ items?: ProjectEntry[]; next?: string | null }>();
    return { status: answer.statusCode, names: body.items?.map(({ name, type }) => `${type} ${name}`), ...body };
  };
  const upload = async (name: string, payload: string, { by = ada }: { by?: { token: string } } = {}) => {
    const headers = { 'content-type': 'application/octet-stream' };
    const url = '/api/v1/projects/churn/files';
    const answer = await kit.as(by.token, { method: 'POST', url, query: { name }, headers, payload });
    return { status: answer.statusCode, body: answer.json<ProjectEntry & { error: { message: string } }>() };
  };

  it('are listed a folder at a time, folders first, with what can be picked alone', async () => {
    writeFileSync(join(project, 'b.csv'), 'abc');
    writeFileSync(join(project, '.hidden'), '');
    symlinkSync('/etc', join(project, 'Etc'));
    symlinkSync('b.csv', join(project, 'a.csv'));
    symlinkSync('Resources', join(project, 'Linked'));
    symlinkSync('nowhere', join(project, 'Broken'));
    const { names, items } = await list();
    const folders = ['folder Jupyter', 'folder Linked', 'folder Logs', 'folder Resources'];
    expect(names).toEqual([...folders, 'file a.csv', 'file b.csv']);
    expect(items?.at(-1)).toMatchObject({ path: 'b.csv', size: 3 });
    writeFileSync(join(project, 'Resources/x.jar'), '');
    expect((await list('/Resources/')).items).toMatchObject([{ name: 'x.jar', path: 'Resources/x.jar' }]);
  });

  it.each(['..', '../other', 'Resources/../..', 'Etc', 'absent', 'b.csv', 'Resources/\0'])(
    'have no folder %j',
    async (path) => {
      symlinkSync('/etc', join(project, 'Etc'));
      writeFileSync(join(project, 'b.csv'), '');
      expect((await list(path)).status).toBe(404);
    },
  );

  describe('one by one', () => {
    const entry = async (path: string, by = ada) => {
      const answer = await kit.as(by.token, { url: '/api/v1/projects/churn/files/entry', query: { path } });
      return { status: answer.statusCode, body: answer.json<ProjectEntry & { error: { message: string } }>() };
    };

    it.each(['Übung 1.ipynb', '50% #2?&+.ipynb', 'a..b.ipynb', String.raw`back\slash.ipynb`])(
      'are there by names like %j',
      async (name) => {
        writeFileSync(join(project, 'Jupyter', name), 'abc');
        const path = `Jupyter/${name}`;
        expect(await entry(path)).toMatchObject({ status: 200, body: { name, path, type: 'file', size: 3 } });
      },
    );

    it('are folders as well, and what links in the project lead to', async () => {
      symlinkSync('Resources', join(project, 'Linked'));
      expect((await entry('Jupyter/')).body).toMatchObject({ path: 'Jupyter', type: 'folder', size: null });
      expect((await entry('./Linked')).body).toMatchObject({ path: 'Linked', type: 'folder' });
    });

    it.each(['absent', '../other', 'Resources/../../other', '/etc/passwd', 'Etc', '.hidden', 'a/\0'])(
      'are not %j',
      async (path) => {
        symlinkSync('/etc', join(project, 'Etc'));
        writeFileSync(join(project, '.hidden'), '');
        mkdirSync(join(folder, 'other'));
        const { status, body } = await entry(path);
        expect([status, body.error.message]).toEqual([404, 'There is no such file or folder in the project.']);
      },
    );

    it('are a secret of its members', async () => {
      expect((await entry('Jupyter', eve)).status).toBe(404);
    });
  });

  it('come page by page', async () => {
    mkdirSync(join(project, 'many'));
    for (let index = 0; index < pageSize + 5; index += 1) writeFileSync(join(project, 'many', `f${1000 + index}`), '');
    const first = await list('many');
    expect([first.items?.length, typeof first.next]).toEqual([pageSize, 'string']);
    const second = await list('many', { after: first.next ?? '' });
    expect([second.items?.length, second.next]).toEqual([5, null]);
    expect(second.items?.[0]?.name).toBe(`f${1000 + pageSize}`);
  });

  it('are a secret of its members', async () => {
    expect((await list('', { by: eve })).status).toBe(404);
    expect((await upload('a.txt', 'x', { by: eve })).status).toBe(404);
    const { id } = await kit.db.selectFrom('projects').select('id').executeTakeFirstOrThrow();
    await kit.db.insertInto('members').values({ project_id: id, user_id: eve.id, role: 'viewer', since: 0 }).execute();
    expect((await list('', { by: eve })).status).toBe(200);
    expect((await upload('a.txt', 'x', { by: eve })).status).toBe(403);
  });

  describe('that are uploaded', () => {
    const left = () => readdirSync(join(project, 'Resources'));

    it('lie in Resources, for the group as well', async () => {
      const { status, body } = await upload('tools.py', 'x = 1\n');
      expect([status, body]).toMatchObject([201, { name: 'tools.py', path: 'Resources/tools.py', size: 6 }]);
      expect(readFileSync(join(project, 'Resources/tools.py'), 'utf8')).toBe('x = 1\n');
      expect(statSync(join(project, 'Resources/tools.py')).mode & 0o777).toBe(0o660);
      expect(left()).toEqual(['tools.py']);
    });

    it('never take the place of another', async () => {
      await upload('tools.py', 'first');
      const again = await upload('tools.py', 'second');
      expect([again.status, again.body.error.message]).toEqual([
        409,
        expect.stringContaining('left as it is') as string,
      ]);
      expect(readFileSync(join(project, 'Resources/tools.py'), 'utf8')).toBe('first');
      // Two at once: one of them is there as a whole.
      const both = await Promise.all([upload('b.txt', 'one'), upload('b.txt', 'two')]);
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
      expect(left().toSorted()).toEqual(['b.txt', 'tools.py']);
    });

    it('are of a bounded size, and nothing is left of a larger one', async () => {
      expect((await upload('large.bin', 'x'.repeat(1001))).status).toBe(413);
      expect((await upload('right.bin', 'x'.repeat(1000))).status).toBe(201);
      expect(left()).toEqual(['right.bin']);
    });

    it.each(['../x', 'a/b', '.profile', 'a,b', 'a*', 'x'.repeat(201), 'a\u202eb'])(
      'are not called %j',
      async (name) => {
        expect((await upload(name, 'x')).status).toBe(400);
        expect(left()).toEqual([]);
      },
    );

    it('do not leave the project by a link in the place of Resources', async () => {
      rmSync(join(project, 'Resources'), { recursive: true });
      symlinkSync(folder, join(project, 'Resources'));
      expect((await upload('x.txt', 'x')).status).toBe(404);
      expect(existsSync(join(folder, 'x.txt'))).toBe(false);
    });
  });
});
