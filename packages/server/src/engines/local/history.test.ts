import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { isAlive, spawnDetached } from '../../lib/process.ts';
import { createLocalHistory } from './history.ts';
import { sessionMembers } from './processes.ts';

/** Stands in for Spark's launcher of programs: shows what it was started with, says that it listens, and starts a child that takes no hint. */
const fakeSparkClass = `#!/bin/bash
printf '%s\\n' "$@" >arguments
env >environment
bash -c 'trap "" TERM HUP; exec sleep 3600' &
echo "26/11/29 08:00:00 INFO Utils: Successfully started service 'HistoryServerUI' on port 43210." >&2
touch ready
wait
`;

/** The session whose server is started. */
const first = { sessionId: 1, owner: { projectId: 'project1', userId: 'user1' }, projectFolder: '/nowhere' };

async function make(jars: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-history-'));
  const sparkHome = join(folder, 'spark home');
  await mkdir(join(sparkHome, 'bin'), { recursive: true });
  await mkdir(join(sparkHome, 'jars'));
  for (const jar of jars) await writeFile(join(sparkHome, 'jars', jar), '');
  await writeFile(join(sparkHome, 'bin/spark-class'), fakeSparkClass, { mode: 0o755 });
  const open = (home = sparkHome) =>
    createLocalHistory({
      clock: systemClock,
      sparkHome: home,
      javaHome: '/opt/jdk',
      folderOf: (id) => join(folder, 'sessions', String(id), 'history'),
      logsOf: (id) => join(folder, 'my sessions', String(id), 'events'),
      warmStart: async () => ({ jvmOptions: ['-Xshare:auto'], environment: { SPARK_CONF_DIR: '/no-conf' } }),
      environment: { PATH: process.env['PATH'], LD_PRELOAD: 'x' },
    });
  const servers = open();
  const own = join(folder, 'sessions/1/history');
  return {
    servers,
    open,
    folder,
    own,
    read: (name: string) => readFile(join(own, name), 'utf8'),
    async settled() {
      while ((await stat(join(own, 'ready')).catch(() => null)) === null)
        await new Promise((done) => setImmediate(done));
    },
    async [Symbol.asyncDispose]() {
      const handle = await servers.find(1);
      if (handle !== null) await servers.end(handle);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const spark4 = ['spark-core_2.13-4.3.0.jar', 'jjwt-impl-0.13.0.jar'];

test('a server reads the logs of one session alone, lets in who knows its secret, and is found again', async () => {
  await using it = await make(spark4);
  const { handle } = await it.servers.launch(first);
  await it.settled();
  const properties = (await it.read('spark.properties')).replaceAll(/\\u([0-9a-f]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  expect(properties).toContain(`spark.history.fs.logDirectory=file://${it.folder}/my sessions/1/events\n`);
  expect(properties).toContain('spark.ui.filters=org.apache.spark.ui.JWSFilter\n');
  const secret = /JWSFilter\.param\.secretKey=(\S+)/.exec(properties)?.[1] ?? '';
  const address = await it.servers.addressOf(1);
  const [head, claims, signature] = address?.headers['authorization']?.replace('Bearer ', '').split('.') ?? [];
  expect(address?.port).toBe(43_210);
  expect(signature).toBe(
    createHmac('sha256', Buffer.from(secret, 'base64url')).update(`${head}.${claims}`).digest('base64url'),
  );
  for (const name of ['spark.properties', 'token']) expect((await stat(join(it.own, name))).mode & 0o777).toBe(0o600);
  // Others of the machine see arguments.
  expect(await it.read('arguments')).not.toContain(secret);
  expect(await it.read('environment')).not.toContain(secret);
  expect((await it.read('environment')).split('\n')).toEqual(
    expect.arrayContaining(['SPARK_LOCAL_IP=127.0.0.1', 'SPARK_DAEMON_MEMORY=512m', 'SPARK_CONF_DIR=/no-conf']),
  );
  expect(await it.read('environment')).not.toMatch(/LD_PRELOAD|PYSPARK/);
  expect(await it.open().find(1)).toEqual(handle);

  expect(sessionMembers(handle).length).toBeGreaterThan(0);
  await it.servers.end(handle);
  expect([isAlive(handle), sessionMembers(handle), await it.servers.find(1)]).toEqual([false, [], null]);
  await it.servers.end(handle);
  await it.servers.clean(1);
  expect(await readdir(join(it.folder, 'sessions/1'))).toEqual([]);
});

test('what a former server has said of its port is not believed of the next', async () => {
  await using it = await make(spark4);
  expect(await it.servers.addressOf(1)).toBeNull();
  await mkdir(it.own, { recursive: true });
  await writeFile(join(it.own, 'history.log'), " Successfully started service 'HistoryServerUI' on port 1.");
  await it.servers.launch(first);
  await it.settled();
  expect((await it.servers.addressOf(1))?.port).toBe(43_210);
});

test('a Spark without the filter is asked without a token', async () => {
  await using it = await make(['spark-core_2.12-3.5.8.jar']);
  await it.servers.launch(first);
  await it.settled();
  expect(await it.servers.addressOf(1)).toEqual({ port: 43_210, headers: {} });
  expect(await it.read('spark.properties')).not.toContain('filter');
});

test('a process of another is not ended in place of a server, and without Spark a sentence says so', async () => {
  await using it = await make(spark4);
  const output = { stdoutFile: '/dev/null', stderrFile: '/dev/null' };
  const other = await spawnDetached({
    file: 'sleep',
    args: ['3600'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    ...output,
  });
  await it.servers.end({ ...other.identity, startTicks: '1' });
  expect(isAlive(other.identity)).toBe(true);
  await it.servers.end(other.identity);
  expect(isAlive(other.identity)).toBe(false);
  await expect(it.open('/nothing').launch(first)).rejects.toThrow(/no Spark in \/nothing.*administrator/);
});
