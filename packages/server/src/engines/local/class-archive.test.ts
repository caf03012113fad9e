import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { realSpark } from '../../testing/real-spark.ts';
import { createClassArchive } from './class-archive.ts';
import { createLocalEngine } from './engine.ts';
import { sessionMembers } from './processes.ts';

/** Stands in for spark-submit and its JVM: writes the archive that it is told to, unless its Spark says otherwise. */
const fakeSparkSubmit = `#!/bin/bash
file=$(sed -n 's/.*ArchiveClassesAtExit\\\\u003d\\([^ ]*\\).*/\\1/p' "$2")
echo "nice $(nice) conf $SPARK_CONF_DIR java $JAVA_HOME"
case "$(cat "$SPARK_HOME/behaviour" 2>/dev/null)" in
  fail) exit 3 ;;
  nothing) exit 0 ;;
  hang) echo hangs >"$SPARK_HOME/hangs"; sleep 3600 & wait ;;
esac
head -c 2000000 /dev/zero >"$file"
`;

async function make() {
  const root = await mkdtemp(join(tmpdir(), 'ember-archive-'));
  const sparkHome = join(root, 'spark home');
  const folder = join(root, 'archives');
  for (const name of ['spark home/bin', 'spark home/jars', 'jdk/bin', 'jdk/lib/server']) {
    await mkdir(join(root, name), { recursive: true });
  }
  const executable = async (path: string, text: string) => {
    await writeFile(path, text);
    await chmod(path, 0o755);
  };
  await executable(join(sparkHome, 'bin/spark-submit'), fakeSparkSubmit);
  await executable(join(root, 'jdk/bin/java'), '');
  await writeFile(join(root, 'jdk/release'), 'JAVA_VERSION="17.0.1"');
  await writeFile(join(sparkHome, 'jars/spark-core_2.13-4.3.0.jar'), 'jar');
  const lines: { level: string; details: Record<string, unknown> }[] = [];
  const line = (level: string) => (details: Record<string, unknown>) => void lines.push({ level, details });
  const log: Log = { info: line('info'), warn: line('warn'), error: line('error') };
  const open = (freeBytes = 1e12) =>
    createClassArchive({
      clock: systemClock,
      log,
      sparkHome,
      javaHome: join(root, 'jdk'),
      environment: process.env,
      folder,
      python: 'python3',
      freeBytes: async () => freeBytes,
    });
  const never = new AbortController().signal;
  return {
    root,
    sparkHome,
    folder,
    lines,
    open,
    /** What a control plane that starts now makes, and what its drivers get. */
    async prepare(freeBytes?: number) {
      const archive = open(freeBytes);
      await archive.prepare(never);
      return archive.forDriver();
    },
    archives: async () => (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith('.log')),
    reason: () => lines.findLast((one) => one.level === 'warn')?.details['reason'],
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

test('an archive is made once, at low priority, and given to drivers from then on', async () => {
  await using it = await make();
  const { jvmOptions, environment } = await it.prepare();
  const [name = ''] = await it.archives();
  expect(jvmOptions).toEqual([
    '-Xshare:auto',
    `-XX:SharedArchiveFile=${join(it.folder, name)}`,
    '-Xlog:cds=off',
    '-Xlog:cds+dynamic=off',
  ]);
  const log = await readFile(join(it.folder, name.replace('.jsa', '.log')), 'utf8');
  expect(log).toBe(`nice 19 conf ${environment['SPARK_CONF_DIR']} java ${join(it.root, 'jdk')}\n`);
  expect(it.lines.map((one) => one.level)).toEqual(['info', 'info']);

  const next = it.open();
  await next.find();
  expect((await next.forDriver()).jvmOptions).toEqual(jvmOptions);
  await next.prepare(new AbortController().signal);
  expect(it.lines).toHaveLength(2);
  await rm(join(it.folder, name));
  expect(await next.forDriver()).toEqual({ jvmOptions: [], environment: {} });
});

test.each([
  ['another release of the JDK', 'jdk/release', 'JAVA_VERSION="17.0.2"'],
  ['another jar', 'spark home/jars/more.jar', 'jar'],
  ['a changed jar', 'spark home/jars/spark-core_2.13-4.3.0.jar', 'changed'],
])('%s takes another archive, and the one before is removed', async (_what, file, text) => {
  await using it = await make();
  await it.prepare();
  const before = await it.archives();
  await mkdir(join(it.folder, 'part-left-behind'));
  await writeFile(join(it.root, file), text);
  await it.prepare();
  const after = await it.archives();
  expect([before.length, after.length, after[0] === before[0]]).toEqual([1, 1, false]);
});

test.each([
  ['fail', /exit code 3/],
  ['nothing', /the JVM has written none/],
])('a run that does not work (%s) leaves nothing but its log, and says so', async (behaviour, reason) => {
  await using it = await make();
  await writeFile(join(it.sparkHome, 'behaviour'), behaviour);
  expect((await it.prepare()).jvmOptions).toEqual([]);
  expect(await it.archives()).toEqual([]);
  expect(it.reason()).toMatch(reason);
});

test('where it can not be made, the log says why and nothing is run', async () => {
  await using it = await make();
  await it.prepare(100 * 1024 ** 2);
  expect(it.reason()).toMatch(/^only 100 MB are free in .*, and it takes 600 MB$/);

  await mkdir(join(it.sparkHome, 'conf'));
  await writeFile(join(it.sparkHome, 'conf/spark-env.sh.template'), '');
  await writeFile(join(it.sparkHome, 'conf/log4j2.properties'), '');
  await it.prepare();
  expect(it.reason()).toMatch(/no class path with files in .*conf \(log4j2\.properties\)/);

  await rm(join(it.sparkHome, 'jars'), { recursive: true });
  await it.prepare();
  expect(it.reason()).toMatch(/there are no jars/);
  await rm(it.folder, { recursive: true, force: true });
  await mkdir(join(it.sparkHome, 'jars'));
  await rm(join(it.sparkHome, 'conf'), { recursive: true });
  await writeFile(it.folder, 'a file');
  await it.prepare();
  expect(it.reason()).toMatch(/could not be made/);
});

test('a conf folder with files takes the archive from drivers; one with templates does not', async () => {
  await using it = await make();
  await mkdir(join(it.sparkHome, 'conf'));
  await writeFile(join(it.sparkHome, 'conf/spark-env.sh.template'), '');
  const archive = it.open();
  await archive.prepare(new AbortController().signal);
  expect((await archive.forDriver()).jvmOptions).not.toEqual([]);
  await writeFile(join(it.sparkHome, 'conf/hive-site.xml'), '');
  expect((await archive.forDriver()).jvmOptions).toEqual([]);
});

test('the end of the control plane ends the run', async () => {
  await using it = await make();
  await writeFile(join(it.sparkHome, 'behaviour'), 'hang');
  const closed = new AbortController();
  const prepared = it.open().prepare(closed.signal);
  while (!(await readdir(it.sparkHome)).includes('hangs')) await new Promise((resolve) => setImmediate(resolve));
  closed.abort();
  await prepared;
  expect(await it.archives()).toEqual([]);
  expect(it.lines.map((one) => one.level)).toEqual(['info']);
});

test.skipIf(realSpark === null)(
  'a real driver maps the archive that set-up has made',
  { timeout: 600_000 },
  async () => {
    if (realSpark === null) return;
    await using it = await make();
    const { submit, python, archive } = realSpark;
    expect(await archive.find()).toBe(true);
    const name = /SharedArchiveFile=(\S+)/.exec((await archive.forDriver()).jvmOptions.join(' '))?.[1] ?? 'none';

    const sessionsFolder = join(it.root, 'sessions');
    const engine = createLocalEngine({
      ...submit,
      clock: systemClock,
      sparkMaster: 'local[1]',
      sessionsFolder,
      batchesFolder: join(it.root, 'batches'),
      outputLimitBytes: 1000,
      warmStart: archive.forDriver,
    });
    const { handle, exited } = await engine.launch({
      sessionId: 1,
      owner: { projectId: 'project1', userId: 'user1' },
      kind: 'pyspark',
      warmKinds: [],
      appName: 'archive',
      projectFolder: it.root,
      python,
      agentUrl: `unix:${join(it.root, 'nobody.sock')}`,
      secret: 'agent_x',
      properties: { 'spark.driver.memory': '512m' },
    });
    const maps = () => readFile(`/proc/${handle.pid}/maps`, 'utf8').catch(() => '');
    while (!(await maps()).includes(name)) {
      if (await Promise.race([exited, new Promise((resolve) => setImmediate(resolve))])) break;
    }
    expect(await maps()).toContain(name);
    await engine.kill(handle);
    expect(sessionMembers(handle)).toEqual([]);
    expect(await readFile(engine.logs(1).stdout, 'utf8')).not.toMatch(/warning|cds/i);
  },
);
