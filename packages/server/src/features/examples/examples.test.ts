import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Example, ProjectEntry } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { createTestFiles } from '../files/testing.ts';
import { createExamples } from './index.ts';

const folder = join(import.meta.dirname, '../../../../../examples');
type Listed = Example & { data: string[]; prints: string[] };
type Notebook = {
  cells: { cell_type: string; outputs?: unknown[]; metadata: { tags?: string[] } }[];
  metadata: { kernelspec: { name: string } };
};

describe('the example notebooks', () => {
  const clock = fakeClock(Date.now());
  let places: string;
  let project: string;
  let kit: TestApp;
  let ada: { id: string; token: string };
  let vic: { id: string; token: string };

  beforeEach(async () => {
    places = mkdtempSync(join(tmpdir(), 'emberlab-examples-'));
    mkdirSync(join(places, 'data/nycflights13'), { recursive: true });
    for (const name of ['airports', 'airlines', 'flights', 'planes', 'weather']) {
      writeFileSync(join(places, 'data/nycflights13', `${name}.csv`), `the ${name}\n`);
    }
    const projectsFolder = join(places, 'projects');
    mkdirSync(projectsFolder);
    kit = await testApp({ clock, projectsFolder });
    const { gifts } = createTestFiles(kit, { clock });
    createExamples({ folder, data: join(places, 'data'), gifts }).registerRoutes(kit.router);
    const account = async (name: string) => {
      const email = `${name}@example.org`;
      const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
      return { id, token: (await kit.users.service.createToken(id, 'test', null)).secret };
    };
    [ada, vic] = [await account('ada'), await account('vic')];
    const { id } = await kit.projects.service.create({ name: 'churn' }, ada.id);
    await kit.projects.members.set(id, 'vic@example.org', 'viewer', ada.id);
    project = join(projectsFolder, 'churn');
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(places, { recursive: true, force: true });
  });

  const ask = async (by: { token: string }, path = '', method: 'GET' | 'POST' = 'GET') => {
    const answer = await kit.as(by.token, { method, url: `/api/v1/projects/churn/notebooks/examples${path}` });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  };
  const copy = async (id: string, by = ada) => {
    const { status, body } = await ask(by, `/${id}/copies`, 'POST');
    return { status, body: body as ProjectEntry & { error?: { message: string } } };
  };
  const read = (path: string) => readFileSync(join(project, path), 'utf8');
  const listed = JSON.parse(readFileSync(join(folder, 'gallery.json'), 'utf8')) as Listed[];

  it('are twelve at least, for all four kernels, and every member sees them', async () => {
    const { status, body } = await ask(vic);
    const items = body['items'] as Example[];
    expect(status).toBe(200);
    expect(items.length).toBeGreaterThanOrEqual(12);
    expect(new Set(items.map(({ kernel }) => kernel)).size).toBe(4);
    expect(Object.keys(items[0] ?? {}).toSorted()).toEqual(
      ['id', 'kernel', 'learns', 'minutes', 'source', 'summary', 'title', 'topics'].toSorted(),
    );
  });

  it('each have a notebook with the kernel that is said, without outputs, and something that is looked for when they run', () => {
    const files = readdirSync(join(folder, 'gallery')).toSorted();
    expect(files).toEqual(listed.map(({ id }) => `${id}.ipynb`).toSorted());
    for (const { id, kernel, prints } of listed) {
      const { cells, metadata } = JSON.parse(readFileSync(join(folder, 'gallery', `${id}.ipynb`), 'utf8')) as Notebook;
      expect({
        id,
        kernel: metadata.kernelspec.name,
        outputs: cells.flatMap(({ outputs = [] }) => outputs),
        begins: cells[0]?.cell_type,
        prints: prints.length > 2,
      }).toEqual({ id, kernel, outputs: [], begins: 'markdown', prints: true });
    }
  });

  it('name each file that their notebook reads, so that it comes along', () => {
    for (const { id, data } of listed) {
      const text = readFileSync(join(folder, 'gallery', `${id}.ipynb`), 'utf8');
      const named = [...text.matchAll(/(?:nycflights13|\{folder\})\/(\w+\.csv)/g)].map(
        ([, name]) => `nycflights13/${name}`,
      );
      expect({ id, data: [...new Set(named)].toSorted() }).toEqual({ id, data: data.toSorted() });
    }
  });

  it('are shown with their content; an absent one is said to be so', async () => {
    const { body } = await ask(vic, '/streaming');
    expect(body).toMatchObject({ id: 'streaming', title: 'Streaming from files' });
    expect((JSON.parse(body['notebook'] as string) as Notebook).metadata.kernelspec.name).toBe('pysparkkernel');
    expect((await ask(vic, '/no_such')).status).toBe(404);
    for (const path of ['/..%2Fgallery', '/%2E%2E', '/constructor']) {
      expect([path, (await ask(vic, path)).status >= 400]).toEqual([path, true]);
    }
  });

  it('are copied into Jupyter with the data that they read', async () => {
    const { status, body } = await copy('joins_and_windows');
    expect(status).toBe(201);
    expect(body).toMatchObject({ path: 'Jupyter/joins_and_windows.ipynb', type: 'file' });
    expect(read(body.path)).toBe(readFileSync(join(folder, 'gallery/joins_and_windows.ipynb'), 'utf8'));
    expect(readdirSync(join(project, 'Resources/nycflights13')).toSorted()).toEqual([
      'airlines.csv',
      'flights.csv',
      'planes.csv',
    ]);
    expect(read('Resources/nycflights13/planes.csv')).toBe('the planes\n');
  });

  it('overwrite nothing: a copy gets a number, and data that are there stay as they are', async () => {
    mkdirSync(join(project, 'Resources/nycflights13'));
    writeFileSync(join(project, 'Resources/nycflights13/weather.csv'), 'mine');
    writeFileSync(join(project, 'Jupyter/streaming.ipynb'), 'mine');
    const copies = [await copy('streaming'), await copy('streaming')];
    expect(copies.map(({ body }) => body.path)).toEqual(['Jupyter/streaming-2.ipynb', 'Jupyter/streaming-3.ipynb']);
    expect(read('Jupyter/streaming.ipynb')).toBe('mine');
    expect(read('Resources/nycflights13/weather.csv')).toBe('mine');
    expect(readdirSync(join(project, 'Jupyter')).toSorted()).toEqual([
      'streaming-2.ipynb',
      'streaming-3.ipynb',
      'streaming.ipynb',
    ]);
  });

  it('copied many times at once, are as many notebooks', async () => {
    const copies = await Promise.all(Array.from({ length: 5 }, () => copy('data_lake')));
    expect(new Set(copies.map(({ body }) => body.path)).size).toBe(5);
    expect(new Set(readdirSync(join(project, 'Jupyter')).map((name) => read(`Jupyter/${name}`))).size).toBe(1);
  });

  it('follow no link out of the project', async () => {
    const elsewhere = join(places, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(project, 'Resources/nycflights13'));
    expect((await copy('streaming')).status).toBe(404);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(join(project, 'Jupyter/streaming.ipynb'))).toBe(false);
  });

  it('are not copied by viewers, and each copy is in the audit log', async () => {
    expect((await copy('streaming', vic)).status).toBe(403);
    expect(readdirSync(join(project, 'Jupyter'))).toEqual([]);
    await copy('streaming');
    const rows = await kit.db
      .selectFrom('audit_events')
      .orderBy('id')
      .selectAll()
      .where('action', '=', 'example.copy')
      .execute();
    expect(rows.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['streaming', 'refused'],
      ['streaming', 'done'],
    ]);
  });

  it('come with their data or not at all', async () => {
    rmSync(join(project, 'Resources'), { recursive: true });
    writeFileSync(join(project, 'Resources'), 'in the way');
    const { status, body } = await copy('streaming');
    expect(status).toBe(404);
    expect(body.error?.message).toContain('no such folder');
    expect(readdirSync(join(project, 'Jupyter'))).toEqual([]);
  });
});
