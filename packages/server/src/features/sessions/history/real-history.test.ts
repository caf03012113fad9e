import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sessionMembers } from '../../../engines/local/processes.ts';
import { isAlive, type ProcessIdentity } from '../../../lib/process.ts';
import { createApi } from '../testing/api.ts';
import { createRealRig, hasSpark } from '../testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 50 };

async function get(options: RequestOptions): Promise<{ status: number | undefined; location: string; text: string }> {
  const [answer] = (await once(request(options).end(), 'response')) as [IncomingMessage];
  return { status: answer.statusCode, location: answer.headers.location ?? '', text: await text(answer) };
}

test.skipIf(!hasSpark)(
  'a finished application: its Spark UI is made from its event log, for those who may see it, and leaves nothing behind',
  { timeout: 400_000 },
  async () => {
    await using rig = await createRealRig();
    await using api = await createApi(rig);
    const stateOf = async (id: number) => (await api.call('GET', `/sessions/${id}`, rig.ada)).body.state;
    const start = async (id: number) => {
      const conf = { 'spark.hadoop.fs.s3a.secret.key': 'hunter2' };
      await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverCores: 1, conf } });
      await expect.poll(() => stateOf(id), patient).toBe('idle');
      const code =
        'sc.setJobDescription("how many there are")\nspark.range(100).selectExpr("id AS number").cache().count()';
      const { body } = await rig.call('POST', `/sessions/${id}/statements`, { body: { code } });
      const path = `/sessions/${id}/statements/${body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      expect((await rig.call('GET', path)).body.output).toMatchObject({ data: { 'text/plain': '100' } });
    };
    const page = async (id: number, path: string) => {
      const { ui_id: ui } = await rig.db
        .selectFrom('sessions')
        .select('ui_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const target = rig.targets.get(ui);
      const ask = () =>
        get({ socketPath: target?.socketPath, path, headers: { ...target?.headers, host: 'ui.localhost:8080' } });
      const answer = await ask();
      // Spark sends a browser to the same place again when it has read the log anew.
      return answer.location === path ? ask() : answer;
    };
    const server = async (id: number): Promise<ProcessIdentity> => {
      const row = await rig.db
        .selectFrom('history_servers')
        .selectAll()
        .where('session_id', '=', id)
        .executeTakeFirstOrThrow();
      return { pid: row.pid ?? 0, startTicks: row.start_ticks ?? '' };
    };
    const left = (of: ProcessIdentity) => [isAlive(of), sessionMembers(of)];

    await start(1);
    await api.call('DELETE', '/sessions/1', rig.ada);
    await expect.poll(() => stateOf(1), patient).toBe('dead');
    const { uiAvailable, applicationId } = (await api.call('GET', '/sessions/1', rig.ada)).body;
    expect(uiAvailable).toBe(true);

    const bea = await rig.user('bea@example.org', 'editor');
    expect((await api.call('POST', '/sessions/1/ui', bea)).status).toBe(404);
    const opened = await api.call('POST', '/sessions/1/ui', rig.ada);
    expect([opened.status, opened.text]).toEqual([200, expect.any(String)]);
    const home = `/history/${applicationId}`;
    expect(rig.state.tickets.at(-1)?.path).toBe(`${home}/jobs/`);
    const jobs = await page(1, `${home}/jobs/`);
    expect([jobs.status, jobs.location, jobs.text]).toEqual([200, '', expect.stringContaining('how many there are')]);
    // All that a page leads to is on its own origin, below the application's path or among the static files.
    const links = [...jobs.text.matchAll(/(?:href|src)="([^"#][^"]*)"/g)].map(([, link]) => link ?? '');
    expect(links.filter((link) => !/^(\?|\/$|\/static\/|\/history\/)/.test(link))).toEqual([]);
    for (const file of links.filter((link) => link.startsWith('/static/')))
      expect([file, (await page(1, file)).status]).toEqual([file, 200]);
    for (const [tab, words] of [
      ['stages/', 'Completed Stages'],
      ['storage/', 'Disk Serialized|Memory Deserialized|StorageLevel'],
      ['environment/', 'Spark Properties'],
      ['executors/', 'Executors'],
      // Its rows come from Spark's REST API, below.
      ['SQL/', 'how many there are|sql-executions-table'],
    ] as const) {
      const answer = await page(1, `${home}/${tab}`);
      expect([tab, answer.status, answer.text]).toEqual([tab, 200, expect.stringMatching(words)]);
      expect(answer.text).not.toContain('hunter2');
    }
    const queries = await page(1, `/api/v1/applications/${applicationId}/sql`);
    expect([queries.status, queries.text]).toEqual([200, expect.stringContaining('how many there are')]);
    const redirected = await page(1, '/');
    expect([redirected.status, redirected.location]).toEqual([302, `${home}/jobs/`]);
    expect((await page(1, '/history/local-1/jobs/')).status).toBe(404);

    // Others of this machine reach its port, and nothing behind it.
    const address = await rig.deps.engine.history.addressOf(1);
    const direct = { host: '127.0.0.1', port: address?.port, path: `${home}/jobs/` };
    expect((await get(direct)).status).toBe(403);
    expect((await get({ ...direct, path: '/static/webui.css' })).status).toBe(403);
    expect((await get({ ...direct, headers: { authorization: 'Bearer a.b.c' } })).status).toBe(403);

    // a second opening takes the same server
    const first = await server(1);
    expect((await api.call('POST', '/sessions/1/ui', rig.ada)).status).toBe(200);
    expect(await server(1)).toEqual(first);

    // a driver that is killed has written down what it did until then
    await start(2);
    const row = await rig.db.selectFrom('sessions').select('pid').where('id', '=', 2).executeTakeFirstOrThrow();
    process.kill(row.pid ?? 0, 'SIGKILL');
    await expect.poll(() => stateOf(2), patient).toBe('dead');
    expect((await api.call('POST', '/sessions/2/ui', rig.ada)).status).toBe(200);
    const second = await server(2);
    expect((await page(2, '/jobs/')).location).toMatch(/^\/history\/[\w-]+\/jobs\/$/);
    expect((await page(2, (await page(2, '/')).location)).text).toContain('how many there are');

    await rig.restart();
    expect([left(first), left(second)]).toEqual([
      [false, []],
      [false, []],
    ]);
    expect(await rig.db.selectFrom('history_servers').selectAll().execute()).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
