import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createApi } from '../testing/api.ts';
import { createRig, testApplication, type Rig } from '../testing/rig.ts';

/** A session that has ended; its application has written an event log unless `log` says otherwise. */
async function finished(rig: Rig, log: 'kept' | 'too_large' | 'none' = 'kept', as = rig.ada): Promise<number> {
  const { id } = await rig.idle({}, as);
  if (log !== 'none') rig.fake.eventLogs.logs.set(id, [testApplication.id]);
  if (log === 'too_large') rig.fake.eventLogs.tooLarge.add(id);
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  return id;
}

/** The rig, the API in front of it, and ways to open a Spark UI and to ask it for a page as the edge does. */
async function make(limits: Partial<Rig['deps']['limits']> = {}) {
  const rig = await createRig({ limits: { ...limits } });
  const api = await createApi(rig);
  return {
    rig,
    open: (id: number, as = rig.ada) => api.call('POST', `/sessions/${id}/ui`, as),
    show: async (id: number, as = rig.ada) => (await api.call('GET', `/sessions/${id}`, as)).body,
    async page(id: number, path: string, headers: Record<string, string> = {}) {
      const row = await rig.db.selectFrom('sessions').select('ui_id').where('id', '=', id).executeTakeFirstOrThrow();
      const target = rig.targets.get(row.ui_id);
      if (target === undefined) return null;
      const asked = request({
        socketPath: target.socketPath,
        path,
        headers: { host: 'ui.localhost', ...headers, ...target.headers },
      }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return { status: answer.statusCode, location: answer.headers.location, text: await text(answer) };
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

const rows = (rig: Rig) => rig.db.selectFrom('history_servers').select('session_id').execute();

test('the Spark UI of a finished application opens on its own pages, and its server knows who asks', async () => {
  await using it = await make();
  const { rig } = it;
  const id = await finished(rig);
  expect(await it.show(id)).toMatchObject({ state: 'dead', uiAvailable: true });
  const opened = await it.open(id);
  expect(opened.status).toBe(200);
  expect(rig.state.tickets.at(-1)?.path).toBe('/history/local-1/jobs/');

  expect((await it.page(id, '/history/local-1/SQL/?a=1'))?.text).toBe('<h1>/history/local-1/SQL/?a=1</h1>');
  expect((await it.page(id, '/static/webui.css'))?.text).toBe('<h1>/static/webui.css</h1>');
  await it.page(id, '/history/local-1/stages/', { authorization: 'Bearer of the browser' });
  expect(rig.fake.history.asked.at(-1)?.headers).toMatchObject({ authorization: 'Bearer its', host: 'ui.localhost' });
  expect(rig.fake.history.asked.at(-1)?.headers).not.toHaveProperty('x-emberlab-session');
});

test('the list of applications and the addresses of the live Spark UI lead to the pages of the application', async () => {
  await using it = await make();
  const id = await finished(it.rig);
  await it.open(id);
  for (const [path, place] of [
    ['/', '/history/local-1/jobs/'],
    ['/?showIncomplete=true', '/history/local-1/jobs/'],
    ['/history/local-1', '/history/local-1/jobs/'],
    ['/jobs/', '/history/local-1/jobs/'],
    ['/stages/stage/?id=3&attempt=0', '/history/local-1/stages/stage/?id=3&attempt=0'],
  ]) {
    expect(await it.page(id, path ?? '')).toMatchObject({ status: 302, location: place });
  }
});

test('a second opening takes the same server, and so do two at once', async () => {
  await using it = await make();
  const id = await finished(it.rig);
  const both = await Promise.all([it.open(id), it.open(id)]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect((await it.open(id)).status).toBe(200);
  expect(it.rig.fake.history.state.launches).toBe(1);
});

test('others of the project open no Spark UI of somebody else’s, its owners do', async () => {
  await using it = await make();
  const bea = await it.rig.user('bea@example.org', 'editor');
  const sam = await it.rig.user('sam@example.org', null);
  const id = await finished(it.rig);
  for (const user of [bea, sam]) expect((await it.open(id, user)).status).toBe(404);
  const hers = await finished(it.rig, 'kept', bea);
  expect((await it.open(hers, bea)).status).toBe(200);
  expect((await it.open(hers)).status).toBe(200);
  // whoever leaves a project keeps nothing open
  await it.rig.sessions.part.stop({ projectId: it.rig.projectId, userId: bea.id }, 'member');
  expect([it.rig.targets.size, it.rig.fake.history.running()]).toEqual([0, []]);
});

test('whoever leaves a project keeps nothing open that was still coming up either', async () => {
  await using it = await make();
  const bea = await it.rig.user('bea@example.org', 'editor');
  const hers = await finished(it.rig, 'kept', bea);
  it.rig.fake.history.state.deaf = true;
  const waiting = it.open(hers, bea);
  while (it.rig.fake.history.running().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await it.rig.sessions.part.stop({ projectId: it.rig.projectId, userId: bea.id }, 'member');
  expect((await waiting).body).toMatchObject({ code: 'ui_unavailable', message: expect.stringContaining('closed') });
  expect([it.rig.targets.size, it.rig.fake.history.running(), await rows(it.rig)]).toEqual([0, [], []]);
});

test('one that nobody uses goes after a while, a page that is asked for keeps it', async () => {
  await using it = await make({ historyIdleMs: 60_000 });
  const id = await finished(it.rig);
  await it.open(id);
  for (let n = 0; n < 3; n++) {
    await it.rig.pass(50_000);
    expect((await it.page(id, '/history/local-1/jobs/'))?.status).toBe(200);
  }
  await it.rig.pass(60_000);
  expect([it.rig.targets.size, it.rig.fake.history.running(), await rows(it.rig)]).toEqual([0, [], []]);
  expect(await it.show(id)).toMatchObject({ uiAvailable: true });
  expect((await it.open(id)).status).toBe(200);
});

test('there are only a few at a time: the one that was used last stays the longest', async () => {
  await using it = await make({ historyServers: 2 });
  const { rig } = it;
  const [first, second, third] = [await finished(rig), await finished(rig), await finished(rig)];
  await it.open(first);
  rig.clock.advance(1);
  await it.open(second);
  rig.clock.advance(1);
  await it.page(first, '/history/local-1/jobs/');
  rig.clock.advance(1);
  await it.open(third);
  expect(rig.fake.history.running()).toEqual([first, third]);
  expect(await it.page(second, '/')).toBeNull();
});

test('without room for one more a sentence says so, and nobody opens two at once', async () => {
  await using it = await make({ historyServers: 1 });
  const bea = await it.rig.user('bea@example.org', 'owner');
  const [first, second] = [await finished(it.rig), await finished(it.rig)];
  it.rig.fake.history.state.deaf = true;
  const waiting = it.open(first);
  while (it.rig.fake.history.running().length === 0) await new Promise((resolve) => setImmediate(resolve));
  const refused = await it.open(second, bea);
  expect([refused.status, refused.body]).toMatchObject([409, { message: expect.stringContaining('in a moment') }]);
  const mine = await it.open(second);
  expect([mine.status, mine.body]).toMatchObject([409, { message: expect.stringContaining('for you') }]);
  it.rig.fake.history.state.deaf = false;
  it.rig.clock.advance(100);
  expect((await waiting).status).toBe(200);
});

test.each([
  ['none', /has ended\. There is no event log/],
  ['too_large', /has ended\. Its event log.* grew too large and was not kept/],
] as const)(
  'without its event log (%s) a finished application has no Spark UI, and one reads why',
  async (log, why) => {
    await using it = await make();
    const id = await finished(it.rig, log);
    expect(await it.show(id)).toMatchObject({ uiAvailable: false });
    const answer = await it.open(id);
    expect([answer.status, answer.body.code]).toEqual([409, 'session_ended']);
    expect(answer.body.message).toMatch(why);
    expect(await rows(it.rig)).toEqual([]);
  },
);

test('an event log that somebody has removed is named as that', async () => {
  await using it = await make();
  const id = await finished(it.rig);
  it.rig.fake.eventLogs.logs.delete(id);
  expect((await it.open(id)).body).toMatchObject({
    code: 'session_ended',
    message: expect.stringContaining('has been removed'),
  });
});

test('a server that can’t start, ends at its start, or shows nothing for too long leaves nothing, and its log is quoted', async () => {
  await using it = await make({ historyStartMs: 30_000 });
  const { rig } = it;
  const id = await finished(rig);
  const { state } = rig.fake.history;
  const log = rig.deps.engine.history.log(id);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, 'INFO begin\nException: no room\n\tat a.B\n');

  state.refusal = 'There is no Spark.';
  expect((await it.open(id)).body).toMatchObject({ code: 'ui_unavailable', message: 'There is no Spark.' });
  state.refusal = null;
  state.crash = { code: 1, signal: null };
  expect((await it.open(id)).body.message).toMatch(/ended at its start\. Its log says: Exception: no room$/);
  state.crash = null;
  state.deaf = true;
  const waiting = it.open(id);
  while (rig.fake.history.running().length === 0) await new Promise((resolve) => setImmediate(resolve));
  const over = new AbortController();
  void waiting.then(() => over.abort());
  while (!over.signal.aborted) {
    rig.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await waiting).body.message).toMatch(/not made the Spark UI .* within 30 s\. .* no room$/);
  expect([rig.targets.size, rig.fake.history.running(), await rows(rig)]).toEqual([0, [], []]);
  state.deaf = false;
  expect((await it.open(id)).status).toBe(200);
});

test('one that the machine has ended is noticed, and opened anew', async () => {
  await using it = await make();
  const id = await finished(it.rig);
  await it.open(id);
  await it.rig.fake.history.kill(id);
  // opened before anybody has noticed
  expect((await it.open(id)).status).toBe(200);
  await it.rig.fake.history.kill(id);
  await it.rig.reconcile();
  expect([it.rig.targets.size, await rows(it.rig)]).toEqual([0, []]);
});

test('what a control plane that was killed has left is ended by the next, whether or not it had written down more than its intent', async () => {
  await using it = await make();
  const { rig } = it;
  const [first, second] = [await finished(rig), await finished(rig)];
  // as a crash would leave them
  for (const id of [first, second]) {
    await rig.db
      .insertInto('history_servers')
      .values({ session_id: id, pid: null, start_ticks: null, created_at: 0 })
      .execute();
    const { handle } = await rig.deps.engine.history.launch(id);
    if (id === second) continue;
    await rig.db
      .updateTable('history_servers')
      .set({ pid: handle.pid, start_ticks: handle.startTicks })
      .where('session_id', '=', id)
      .execute();
  }
  expect(rig.fake.history.running()).toHaveLength(2);
  await rig.restart();
  expect([rig.fake.history.running(), await rows(rig)]).toEqual([[], []]);
});

test('a platform that is stopped leaves none, an opening that goes on included', async () => {
  await using it = await make();
  const [first, second] = [await finished(it.rig), await finished(it.rig)];
  await it.open(first);
  it.rig.fake.history.state.deaf = true;
  const waiting = it.open(second);
  while (it.rig.fake.history.running().length < 2) await new Promise((resolve) => setImmediate(resolve));
  await it.rig.restart();
  const { status, body } = await waiting;
  expect([status, body]).toMatchObject([409, { message: expect.stringContaining('Emberlab is being stopped') }]);
  expect([it.rig.fake.history.running(), await rows(it.rig)]).toEqual([[], []]);
});

test('a session that is forgotten takes the server and the event log along', async () => {
  await using it = await make({ keptMs: 86_400_000, historyIdleMs: 10 * 86_400_000 });
  const id = await finished(it.rig);
  await it.open(id);
  it.rig.clock.advance(86_400_000 - 120_000);
  await it.rig.reconcile();
  expect(it.rig.fake.history.running()).toEqual([id]);
  it.rig.clock.advance(180_000);
  await it.rig.reconcile();
  expect([it.rig.fake.history.running(), await rows(it.rig)]).toEqual([[], []]);
  expect(await it.open(id)).toMatchObject({ status: 404 });
});

test('a log that grows too large while its application runs is looked after', async () => {
  await using it = await make();
  const { id } = await it.rig.idle();
  const looked: boolean[] = [];
  const { limit } = it.rig.fake.eventLogs.engine;
  it.rig.fake.eventLogs.engine.limit = async (of, options) => {
    if (of === id) looked.push(options.ended);
    return limit(of, options);
  };
  await it.rig.pass(60_000);
  expect(looked).toEqual([false]);
  it.rig.fake.driver(id).exit();
  await it.rig.until((session) => session.id === id && session.state === 'dead');
  expect(looked).toEqual([false, true]);
});
