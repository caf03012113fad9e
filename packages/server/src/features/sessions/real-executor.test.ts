import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionExecutor } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { sessionMembers } from '../../engines/local/processes.ts';
import { createApi } from './testing/api.ts';
import { createRealRig, hasSpark, smallCluster } from './testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 50 };

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

test.skipIf(!hasSpark)(
  "an executor is killed while it works: Spark gives its tasks to another, the statement's result is right, and both are listed with their logs",
  { timeout: 400_000 },
  async () => {
    await using rig = await createRealRig({ spark: smallCluster });
    const submit = async (code: string): Promise<string> => {
      const { body } = await rig.call('POST', '/sessions/1/statements', { body: { code } });
      return `/sessions/1/statements/${body.id}`;
    };
    const textOf = async (path: string) => {
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    const executors = async (): Promise<number[]> => {
      const row = await rig.db.selectFrom('sessions').select(['pid', 'start_ticks']).executeTakeFirstOrThrow();
      const members = sessionMembers({ pid: row.pid ?? 0, startTicks: row.start_ticks ?? '' });
      return members.filter((pid) => /java\0.*CoarseGrainedExecutorBackend/.test(commandOf(pid)));
    };

    await rig.call('POST', '/sessions', {
      body: { kind: 'pyspark', driverMemory: '700m', executorMemory: '512m' },
    });
    const stateOf = async () => (await rig.call('GET', '/sessions/1/state')).body.state;
    await expect.poll(stateOf, patient).not.toBe('starting');
    const { state, log } = (await rig.call('GET', '/sessions/1')).body;
    expect([state, log]).toEqual(['idle', expect.any(Array)]);
    const [started, goOn] = [join(rig.folder, 'started'), join(rig.folder, 'go-on')];
    const sum = await submit(
      [
        'import os, time',
        'def wait(number):',
        `    open(${JSON.stringify(started)}, "w").close()`,
        `    while not os.path.exists(${JSON.stringify(goOn)}): time.sleep(0.05)`,
        '    return number',
        'sc.parallelize(range(10), 4).map(wait).sum()',
      ].join('\n'),
    );
    await expect.poll(() => existsSync(started), patient).toBe(true);
    const [victim] = await executors();
    process.kill(victim ?? 0, 'SIGKILL');
    await expect.poll(async () => (await executors()).some((pid) => pid !== victim), patient).toBe(true);
    await writeFile(goOn, '');
    expect(await textOf(sum)).toBe('45');
    expect(await textOf(await submit('spark.range(7).count()'))).toBe('7');
    expect(await stateOf()).toBe('idle');

    await using api = await createApi(rig);
    const look = async (path: string) => (await api.call('GET', `/sessions/1/${path}`)).body;
    const [now, former] = (await look('executors')).items as SessionExecutor[];
    expect(now).toMatchObject({ id: '1', active: true, cores: 1, removedAt: null, logs: ['stdout', 'stderr'] });
    expect(former).toMatchObject({ id: '0', active: false, removedAt: expect.any(String) });
    expect(former?.removeReason).not.toBe('');
    expect(now?.completedTasks).toBeGreaterThan(3);
    await textOf(await submit('sc.parallelize([1], 1).foreach(lambda _: os.write(2, b"said by the executor\\n"))'));
    const logOf = async (id: string) => (await api.call('GET', `/sessions/1/executors/${id}/log`)).text;
    await expect.poll(() => logOf('1'), patient).toContain('said by the executor\n');
    expect(await logOf('0')).toContain('Connecting to driver');
    const part = await api.call('GET', '/sessions/1/executors/1/log?from=5&size=10');
    expect(part.text).toBe((await logOf('1')).slice(5, 15));
    const measured = async () => (await look('metrics')).points.at(-1);
    await expect.poll(async () => (await measured())?.completedTasks, patient).toBeGreaterThan(4);
    // A sample may have been taken while Spark was about to count the last task as ended.
    await expect.poll(measured, patient).toMatchObject({ executors: 1, cores: 1, activeTasks: 0 });

    await rig.call('DELETE', '/sessions/1');
    expect(await executors()).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
