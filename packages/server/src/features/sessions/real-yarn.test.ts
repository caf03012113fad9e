import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startHadoopCluster } from '../../testing/hadoop-cluster.ts';
import { createApi } from './testing/api.ts';
import { rigOnYarn, withClusters } from './testing/yarn-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };

test.skipIf(!withClusters)(
  'a notebook’s session runs on YARN, outlives a restart, shows its log and its Spark UI, and leaves nothing there',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOnYarn(cluster);
    const { rig } = it;
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...small } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');
    expect(await textOf('(sc.master, sc.parallelize(range(10), 2).map(lambda n: n + 1).sum())')).toBe("('yarn', 55)");
    expect(await textOf("import os; 'CONTAINER_ID' in os.environ")).toBe('True');
    const application = await it.idOf(1);
    expect(application).toMatch(/^application_\d+_\d+$/);
    expect(await textOf('sc.applicationId')).toBe(`'${application}'`);

    // What its start has brought, the agent's secret too, is its user's alone.
    const staged = `/user/emberlab/.sparkStaging/${application}`;
    expect(await cluster.files(staged)).toContain('agent.json');
    await expect(cluster.files(staged, 'stranger')).rejects.toThrow(/403/);

    // Its log comes while it runs.
    await textOf("import sys; sc._jvm.java.lang.System.err.println('a line of the log')");
    const log = () => readFile(join(rig.folder, 'sessions/1/stderr.log'), 'utf8').catch(() => '');
    await expect.poll(log, patient).toContain('a line of the log');
    // Its Spark UI, through the agent, with links of its own.
    const pageOf = async (path: string): Promise<string> => {
      const [target] = rig.targets.values();
      const headers = { ...target?.headers, host: 'ui.localhost' };
      const asked = request({ socketPath: target?.socketPath, path, headers }).end();
      const [page] = (await once(asked, 'response')) as [IncomingMessage];
      const body = await text(page);
      // Spark sends a browser to the same place again when it has read the log anew.
      return page.headers.location === path ? pageOf(path) : body;
    };
    const jobs = await pageOf('/jobs/');
    expect(jobs).toMatch(/<title>.*Spark Jobs<\/title>/);
    expect(jobs).toContain('"/static/');
    expect(jobs).not.toContain('/proxy/application');

    // A network that is cut between the driver and the platform ends nothing, and what was computed meanwhile comes when it is back.
    const go = join(rig.folder, 'go');
    const code = `import os, time
while not os.path.exists(${JSON.stringify(go)}):
    time.sleep(0.05)
'waited'`;
    const waited = (await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id;
    const statement = async () => (await rig.call('GET', `/sessions/1/statements/${waited}`)).body;
    await expect.poll(async () => (await statement()).state, patient).toBe('running');
    it.cut(true);
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('recovering');
    await writeFile(go, '');
    it.cut(false);
    await expect.poll(async () => (await statement()).state, patient).toBe('available');
    expect((await statement()).output.data['text/plain']).toBe("'waited'");

    await rig.restart();
    expect(await textOf('2+2')).toBe('4');
    expect(await it.idOf(1)).toBe(application);
    await expect.poll(log, patient).toContain('a line of the log');

    await rig.call('DELETE', '/sessions/1');
    await expect
      .poll(async () => (await rig.db.selectFrom('sessions').select('state').executeTakeFirst())?.state, patient)
      .toBe('dead');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    // What YARN has kept of it, to the last line.
    expect(await log()).toMatch(/a line of the log[^]*Final app status: SUCCEEDED/);
    expect(await cluster.files('/user/emberlab/.sparkStaging')).toEqual([]);

    // Its event log has come too, and its Spark UI is made from that.
    expect(await cluster.files('/user/emberlab/.emberlab/events')).toEqual([]);
    await using api = await createApi(rig);
    const opened = await api.call('POST', '/sessions/1/ui', rig.ada);
    expect([opened.status, opened.text]).toEqual([200, expect.any(String)]);
    expect(rig.state.tickets.at(-1)?.path).toBe(`/history/${application}/1/jobs/`);
    expect(await pageOf(`/history/${application}/1/jobs/`)).toContain('Completed Jobs');
    expect(rig.errors).toEqual([]);
  },
);

test.skipIf(!withClusters)(
  'a session that finds no room says what it waits for, and one whose driver is killed says so',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOnYarn(cluster, { queues: ['default', 'nowhere'] });
    const { rig } = it;
    await using api = await createApi(rig);
    const stateOf = async (id: number) => (await rig.call('GET', `/sessions/${id}/state`)).body.state;
    const problemOf = async (id: number): Promise<string> => {
      await expect.poll(() => stateOf(id), patient).toBe('dead');
      const row = await rig.db.selectFrom('sessions').select('problem').where('id', '=', id).executeTakeFirst();
      return row?.problem ?? '';
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', queue: 'nowhere' } });
    expect(await problemOf(1)).toMatch(/YARN has no queue nowhere/);

    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '1500m', numExecutors: 1 } });
    await expect.poll(() => it.idOf(2), patient).not.toBe('');
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '1500m' } });
    await expect
      .poll(async () => (await api.call('GET', '/sessions/3')).body.waiting, patient)
      .toMatch(/waits in the queue default: the YARN cluster has [\d.]+ of 3 GB of memory free/);
    await rig.call('DELETE', '/sessions/3');

    await expect.poll(() => stateOf(2), patient).toBe('idle');
    for (const pid of await cluster.processes(await it.idOf(2))) process.kill(pid, 'SIGKILL');
    expect(await problemOf(2)).toMatch(/The Spark driver/);
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);

test.skipIf(!withClusters)(
  'executors come with the work and go without it, and their logs are read from their machine',
  { timeout: 600_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOnYarn(cluster);
    const { rig } = it;
    await using api = await createApi(rig);
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    const conf = {
      'spark.dynamicAllocation.enabled': 'true',
      'spark.dynamicAllocation.shuffleTracking.enabled': 'true',
      'spark.dynamicAllocation.minExecutors': '0',
      'spark.dynamicAllocation.maxExecutors': '1',
      'spark.dynamicAllocation.executorIdleTimeout': '10s',
    };
    const { driverMemory, executorMemory } = small;
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory, executorMemory, conf } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');
    const count = `import sys
def said(n):
    print('said by the executor', file=sys.stderr, flush=True)
    return n
sc.parallelize(range(10), 2).map(said).sum()`;
    const executors = () => textOf('sc._jsc.sc().getExecutorIds().size()');
    expect(await textOf(count)).toBe('45');
    const log = async () => (await api.call('GET', '/sessions/1/executors/1/log?stream=stderr')).text;
    expect(await log()).toContain('said by the executor\n');
    await expect.poll(executors, patient).toBe('0');
    // With the next work another one.
    expect(await textOf(count)).toBe('45');
    await rig.call('DELETE', '/sessions/1');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);

    // YARN has kept their logs.
    await expect
      .poll(async () => (await api.call('GET', '/sessions/1/executors')).body.items, patient)
      .toMatchObject([
        { id: '1', active: false, logs: ['stdout', 'stderr'] },
        { id: '2', active: false, logs: ['stdout', 'stderr'] },
      ]);
    expect(await log()).toContain('said by the executor\n');
    expect((await api.call('GET', '/sessions/1/executors/9/log?stream=stderr')).text).toMatch(
      /YARN has kept no stderr of executor 9/,
    );
    expect(rig.errors).toEqual([]);
  },
);
