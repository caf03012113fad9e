import { mkdtempDisposable, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  defaultConfiguration,
  defaultPythonConfiguration,
  type Configuration,
  type NotebookRun,
  type ProjectEvent,
  type RecentNotebook,
} from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import type { ProjectChange } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { toInstant } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { testApp } from '../../testing/app.ts';
import { seedServer } from '../../testing/database.ts';
import { createNotebooks } from './index.ts';
import type { SeenRun } from './service.ts';

const python: Configuration = defaultPythonConfiguration;
const withSecret: Configuration = { ...defaultConfiguration, properties: 'a=1\nmy.password=hush' };

/** A project with its owner Ada, its editor Bob and its viewer Vic, and what servers tell of their notebooks. */
async function notebooksFixture(options: { kept?: number } = {}) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'ember-notebooks-')));
  const clock = fakeClock();
  const kit = stack.use(await testApp({ clock, projectsFolder: folder.path }));
  const events: ProjectEvent[] = [];
  const bus = createBus<ProjectChange>((error) => {
    throw error;
  });
  bus.subscribe((change) => {
    for (const userId of ['somebody', ada.id]) {
      const event = change.present({ userId, role: 'viewer' });
      if (event !== null) events.push(event);
    }
  });
  const notebooks = createNotebooks({
    db: kit.db,
    clock,
    bus,
    config: { notebookRunsKept: options.kept ?? 100 },
    projects: kit.projects.service,
  });
  notebooks.registerRoutes(kit.router);
  const account = async (name: string) => {
    const user = await kit.users.service.create({
      email: `${name}@x.org`,
      name,
      password: 'long enough',
      admin: false,
    });
    return { id: user.id, token: (await kit.users.service.createToken(user.id, 'test', null)).secret };
  };
  const [ada, bob, vic, eve] = [await account('ada'), await account('bob'), await account('vic'), await account('eve')];
  const { id: projectId } = await kit.projects.service.create({ name: 'demo' }, ada.id);
  for (const [user, role] of [
    [bob, 'editor'],
    [vic, 'viewer'],
  ] as const) {
    await kit.db.insertInto('members').values({ project_id: projectId, user_id: user.id, role, since: 0 }).execute();
  }

  /** A run of somebody's server, as its row has it. */
  const server = async (user: { id: string }, configuration: Configuration | null = defaultConfiguration) => {
    const id = newId();
    await kit.db.updateTable('servers').set({ ended_at: 1, state: 'stopped' }).where('user_id', '=', user.id).execute();
    await seedServer(kit.db, { id, projectId, userId: user.id });
    await kit.db
      .updateTable('servers')
      .set({ configuration_json: JSON.stringify(configuration ?? { type: 'of tomorrow' }) })
      .where('id', '=', id)
      .execute();
    return { id, projectId, userId: user.id, createdAt: clock.now() };
  };
  type TestServer = Awaited<ReturnType<typeof server>>;
  const place = (path: string) => join(folder.path, 'demo', path);
  const note = (on: TestServer, ...seen: (Partial<SeenRun> & { path: string })[]) => {
    const at = clock.now();
    const usual = { id: 'p1', kernel: 'pysparkkernel', firstAt: at, lastAt: at, executions: 1 };
    return notebooks.service.note(
      on,
      seen.map((one) => ({ ...usual, ...one })),
    );
  };
  const get = async (user: { token: string }, query: string) => {
    const answer = await kit.as(user.token, { url: `/api/v1/projects/demo/notebooks/${query}` });
    return { status: answer.statusCode, body: answer.json<{ items: RecentNotebook[]; next: string | null }>() };
  };
  return {
    ...kit,
    clock,
    events,
    notebooks,
    projectId,
    ada,
    bob,
    vic,
    eve,
    server,
    note,
    get,
    place,
    /** Puts a notebook there. */
    async write(path: string) {
      await mkdir(dirname(place(path)), { recursive: true });
      await writeFile(place(path), '{}');
    },
    recent: async (user: { token: string }, query = '') => (await get(user, `recent${query}`)).body.items,
    paths: async (user: { token: string }, query = '') =>
      (await get(user, `recent${query}`)).body.items.map(({ path }) => path),
    runs: async (user: { token: string }, path: string, query = '') =>
      (await get(user, `runs?path=${encodeURIComponent(path)}${query}`)).body.items as NotebookRun[],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe('recent notebooks', () => {
  it('have the last run of each with its configuration, and every run in their history', async () => {
    await using it = await notebooksFixture();
    await it.write('Jupyter/a.ipynb');
    const began = it.clock.now();
    const first = await it.server(it.ada, python);
    await it.note(first, { path: 'Jupyter/a.ipynb', kernel: 'python3' });
    it.clock.advance(60_000);
    const second = await it.server(it.ada);
    await it.note(second, { path: 'Jupyter/a.ipynb' });
    it.clock.advance(1000);
    await it.note(second, { path: 'Jupyter/a.ipynb', firstAt: began + 60_000, executions: 7 });
    const last = {
      path: 'Jupyter/a.ipynb',
      kernel: 'pysparkkernel',
      firstAt: toInstant(began + 60_000),
      lastAt: toInstant(began + 61_000),
      executions: 7,
      owner: { email: 'ada@x.org', name: 'ada' },
      mine: true,
      configuration: defaultConfiguration,
    };
    expect(await it.recent(it.ada)).toEqual([{ ...last, id: expect.any(String), runs: 2, missing: false }]);
    expect(await it.runs(it.ada, 'Jupyter/a.ipynb')).toEqual([
      { ...last, id: expect.any(String) },
      expect.objectContaining({ kernel: 'python3', executions: 1, configuration: python }),
    ]);
  });

  it('are those of the caller or of the whole project, and nothing for strangers', async () => {
    await using it = await notebooksFixture();
    await it.note(await it.server(it.ada), { path: 'a.ipynb' }, { id: 'p2', path: 'both.ipynb' });
    it.clock.advance(1000);
    await it.note(await it.server(it.bob, python), { path: 'both.ipynb' });
    expect(await it.paths(it.vic)).toEqual(['both.ipynb', 'a.ipynb']);
    expect(await it.paths(it.vic, '?whose=mine')).toEqual([]);
    const [mine] = await it.recent(it.ada, '?whose=mine&search=BOTH');
    expect(mine).toMatchObject({ mine: true, runs: 1, configuration: defaultConfiguration });
    const [all] = await it.recent(it.ada, '?search=both');
    expect(all).toMatchObject({ mine: false, runs: 2, owner: { name: 'bob' }, configuration: python });
    expect(await it.runs(it.ada, 'both.ipynb', '&whose=mine')).toHaveLength(1);
    expect((await it.get(it.eve, 'recent')).status).toBe(404);
  });

  it('show no secrets of other members, and start nobody else with them', async () => {
    await using it = await notebooksFixture();
    await it.write('a.ipynb');
    await it.note(await it.server(it.ada, withSecret), { path: 'a.ipynb' });
    const configurationOf = (user: { id: string }) =>
      it.notebooks.service.configurationOf({ projectId: it.projectId, userId: user.id }, { path: 'a.ipynb' });
    expect((await it.recent(it.ada))[0]?.configuration).toEqual(withSecret);
    expect(await configurationOf(it.ada)).toEqual(withSecret);
    const clean = { ...defaultConfiguration, properties: 'a=1' };
    expect((await it.recent(it.bob))[0]?.configuration).toEqual(clean);
    expect((await it.runs(it.vic, 'a.ipynb'))[0]?.configuration).toEqual(clean);
    expect(await configurationOf(it.bob)).toEqual(clean);
  });

  it('are marked where they are no longer there, and then start nothing', async () => {
    await using it = await notebooksFixture();
    await it.write('a.ipynb');
    await it.note(await it.server(it.ada), { path: 'a.ipynb' });
    const [run] = await it.recent(it.ada);
    const start = (path: string, id?: string) =>
      it.notebooks.service.configurationOf({ projectId: it.projectId, userId: it.ada.id }, { path, run: id });
    expect(run?.missing).toBe(false);
    expect(await start('a.ipynb', run?.id)).toEqual(defaultConfiguration);
    await rm(it.place('a.ipynb'));
    expect((await it.recent(it.ada))[0]?.missing).toBe(true);
    await expect(start('a.ipynb')).rejects.toMatchObject({ code: 'notebook_missing' });
    // A folder of that name is no notebook, nor is what lies outside.
    await mkdir(it.place('a.ipynb'));
    expect((await it.recent(it.ada))[0]?.missing).toBe(true);
    await rm(it.place('a.ipynb'), { recursive: true });
    await symlink('/etc/hostname', it.place('a.ipynb'));
    expect((await it.recent(it.ada))[0]?.missing).toBe(true);
    await it.write('b.ipynb');
    await expect(start('b.ipynb', run?.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('go with a notebook that gets another name, and stay with one that was copied', async () => {
    await using it = await notebooksFixture();
    await it.write('a.ipynb');
    await it.note(await it.server(it.bob), { path: 'a.ipynb' });
    const server = await it.server(it.ada);
    await it.note(server, { path: 'a.ipynb' });
    await rename(it.place('a.ipynb'), it.place('b.ipynb'));
    await it.note(server, { path: 'b.ipynb' });
    expect(await it.recent(it.ada)).toMatchObject([{ path: 'b.ipynb', runs: 2, missing: false }]);
    await it.write('c.ipynb');
    it.clock.advance(1000);
    await it.note(server, { path: 'c.ipynb' });
    expect((await it.recent(it.ada)).map(({ path, runs }) => [path, runs])).toEqual([
      ['c.ipynb', 1],
      ['b.ipynb', 1],
    ]);
  });

  it('are not what a server says that lies: neither paths out of the project nor times ahead', async () => {
    await using it = await notebooksFixture();
    const server = await it.server(it.ada);
    for (const path of ['../x.ipynb', '/etc/passwd', 'a//b', './a', 'a/..', '', 'nul\0', 'x'.repeat(1025)]) {
      await it.note(server, { id: path, path });
    }
    expect(await it.recent(it.ada)).toEqual([]);
    expect(it.events).toEqual([]);
    const now = it.clock.now();
    await it.note(server, { path: 'a.ipynb', firstAt: 5, lastAt: now + 9_999_999 });
    const nowText = toInstant(now);
    expect((await it.recent(it.ada))[0]).toMatchObject({ firstAt: nowText, lastAt: nowText });
  });

  it('are told to those who look at the project', async () => {
    await using it = await notebooksFixture();
    expect(await it.notebooks.snapshot()).toEqual([{ type: 'notebooks', runs: null }]);
    await it.note(await it.server(it.ada), { path: 'a.ipynb', executions: 3 });
    const [run] = await it.recent(it.vic);
    const news = { id: run?.id, path: 'a.ipynb', lastAt: run?.lastAt, executions: 3 };
    expect(it.events).toEqual([
      { type: 'notebooks', runs: [{ ...news, mine: false }] },
      { type: 'notebooks', runs: [{ ...news, mine: true }] },
    ]);
  });

  it('are no news when they are told again, as after a restart of control', async () => {
    await using it = await notebooksFixture();
    const server = await it.server(it.ada);
    await it.note(server, { path: 'a.ipynb', executions: 3 });
    const before = await it.recent(it.ada);
    it.clock.advance(60_000);
    it.events.length = 0;
    await it.note(server, { path: 'a.ipynb', executions: 3 });
    expect(it.events).toEqual([]);
    expect(await it.recent(it.ada)).toEqual(before);
  });

  it('come in pages, found by a part of the path whatever is in it', async () => {
    await using it = await notebooksFixture();
    const server = await it.server(it.ada);
    const names = ['100%.ipynb', 'a_b.ipynb', 'axb.ipynb', String.raw`c\d.ipynb`, 'É.ipynb'];
    for (const path of names) {
      await it.note(server, { id: path, path });
      // Two at the same time are in an order as well.
      if (path !== 'a_b.ipynb') it.clock.advance(1000);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await it.get(it.ada, `recent?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ path }) => path));
      cursor = body.next;
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
    for (const [search, expected] of [
      ['0%', '100%.ipynb'],
      ['A_B', 'a_b.ipynb'],
      [String.raw`\D`, String.raw`c\d.ipynb`],
      ['É', 'É.ipynb'],
    ] as const) {
      expect(await it.paths(it.ada, `?search=${encodeURIComponent(search)}`)).toEqual([expected]);
    }
    for (const wrong of ['x', '1-a%27', '12345678901234567890-aaaaaaaa']) {
      expect((await it.get(it.ada, `recent?cursor=${wrong}`)).status).toBe(400);
    }
  });

  it('are so many of each member as the platform keeps', async () => {
    await using it = await notebooksFixture({ kept: 3 });
    await it.note(await it.server(it.bob), { path: 'bob.ipynb' });
    const server = await it.server(it.ada);
    for (const n of [1, 2, 3, 4, 5]) {
      it.clock.advance(1000);
      await it.note(server, { id: `p${n}`, path: `${n}.ipynb` });
    }
    expect(await it.paths(it.ada)).toEqual(['5.ipynb', '4.ipynb', '3.ipynb', 'bob.ipynb']);
  });

  it('are shown with a configuration that was allowed when they ran, and is not any more', async () => {
    await using it = await notebooksFixture();
    const former = { ...defaultConfiguration, properties: 'spark.master=yarn' };
    await it.note(await it.server(it.ada, former), { path: 'a.ipynb' });
    for (const user of [it.ada, it.bob]) expect((await it.recent(user))[0]?.configuration).toEqual(former);
  });

  it('are shown without a configuration that this version does not know', async () => {
    await using it = await notebooksFixture();
    await it.write('a.ipynb');
    await it.note(await it.server(it.ada, null), { path: 'a.ipynb' });
    expect((await it.recent(it.ada))[0]).toMatchObject({ path: 'a.ipynb', configuration: null });
    const whose = { projectId: it.projectId, userId: it.ada.id };
    await expect(it.notebooks.service.configurationOf(whose, { path: 'a.ipynb' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
