import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { defaultConfiguration, defaultPythonConfiguration, type JobParameters, type JobType } from '@emberlab/contract';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { createLocalSpawner } from '../../spawners/local/spawner.ts';
import { createRealRig, hasSpark, smallCluster } from '../sessions/testing/real-rig.ts';
import { createJobs } from './index.ts';
import { createExecutionStore } from './executions/store.ts';
import { createJobStore } from './store.ts';

const rLibrary = process.env['EMBERLAB_TEST_R_LIBRARY'];
const hasR = rLibrary !== undefined && existsSync(join(rLibrary, 'SparkR/DESCRIPTION'));
/** The Python of a project's environment, with Jupyter and sparkmagic. */
const environment = join(process.env['EMBERLAB_TEST_DATA'] ?? '/nowhere', 'tools/environment/bin/python');
const patient = { timeout: 200_000, interval: 200 };
const small = {
  ...defaultConfiguration,
  driverMemoryMb: 512,
  executorMemoryMb: 512,
  executors: { mode: 'static' as const, instances: 1 },
  properties: 'spark.sql.shuffle.partitions=1',
};

/** Jobs whose drivers are real. `python`: of the environment, where that is to be another than that of drivers; `cluster`: their executors are processes of their own. */
async function realJobs({ python = null, cluster = false }: { python?: string | null; cluster?: boolean } = {}) {
  const rig = await createRealRig({
    spark: (home, folder) => (cluster ? smallCluster(home, folder) : hasR ? { sparkrLibrary: rLibrary } : {}),
  });
  const { db, deps, projectId, projectFolder, folder } = rig;
  await rig.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = rig.app.server.address() as AddressInfo;
  const jobs = createJobs({
    db,
    clock: systemClock,
    bus: deps.bus,
    log: deps.log,
    tickets: deps.tickets,
    config: {
      jobRunLimit: 4,
      runsKept: { most: 1000, ms: null },
      host: '127.0.0.1',
      port,
      serverLimits: { memoryMb: null, cores: null },
      sessionStartTimeoutMs: 60_000,
    },
    spawner: createLocalSpawner({
      clock: systemClock,
      config: {
        dataDir: folder,
        serverLogBytes: 1024 ** 2,
        paths: { servers: join(folder, 'runs'), run: join(folder, 'run') },
      },
      cgroups: null,
    }),
    programs: rig.sessions.programs,
    notebooks: rig.sessions.notebooks,
    tokens: {
      issueForRun: async ({ executionId }) => `${rig.ada.email}@run:${executionId}`,
      revokeForRun: async () => undefined,
    },
    hasLivy: async () => false,
    hasSparkR: async () => hasR,
    environments: {
      pythonFor: async () => ({ python: python ?? rig.state.python, revisionId: 'revision1', number: 1 }),
      pythonAt: async (_, number) => ({ python: python ?? rig.state.python, revisionId: 'revision1', number }),
      whyNone: async () => null,
    },
    configurations: {
      defaults: async () => ({ jupyter: small, jobs: small, changedAt: null }),
      mustBeRight: async () => undefined,
    },
    projects: { nameOf: async () => 'demo', folderOf: () => projectFolder, touch: async () => undefined },
    admission: deps.admission,
    platformEnv: { PATH: process.env['PATH'] },
  });
  jobs.start();
  const store = createExecutionStore(db);
  const stateOf = async (id: number) => (await store.find(id))?.state;
  let made = 0;
  return {
    rig,
    jobs,
    store,
    stateOf,
    async run(type: JobType, program: string, args: string[], parameters: JobParameters = {}): Promise<number> {
      made += 1;
      const jobId = await createJobStore(db).insert({
        projectId,
        ownerId: rig.ada.id,
        name: made === 1 ? `${type} job` : `${type} job ${made}`,
        type,
        program,
        mainClass: null,
        arguments: args,
        parameters,
        configuration: type === 'python' ? defaultPythonConfiguration : small,
        policy: { retries: 0, retryDelaySeconds: 0, timeLimitMinutes: null, concurrentRuns: true },
        now: 0,
      });
      const run = await jobs.startExecution({ jobId: jobId ?? 0, key: 'k', trigger: { kind: 'manual' } });
      return run.id;
    },
    async ended(id: number): Promise<string> {
      await expect.poll(() => stateOf(id), patient).toMatch(/^(succeeded|failed|stopped|lost)$/);
      const logs = await rig.sessions.programs.logs(id);
      return `${await readFile(logs?.stdout ?? '', 'utf8')}${await readFile(logs?.stderr ?? '', 'utf8')}`;
    },
    async [Symbol.asyncDispose]() {
      await jobs.close();
      await rig[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!hasSpark)('runs on a real Spark', () => {
  test('of Python show their application while they run, and succeed', { timeout: 600_000 }, async () => {
    await using it = await realJobs();
    const at = (name: string) => join(it.rig.projectFolder, name);
    await writeFile(
      at('job.py'),
      `import os, sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print('sum', spark.range(int(sys.argv[1])).groupBy().sum('id').collect()[0][0], os.environ['EMBERLAB_JOB_NAME'])
open('up', 'w').close()
while not os.path.exists('go'):
    time.sleep(0.1)
`,
    );
    const id = await it.run('pyspark', 'job.py', ['5']);
    await expect.poll(() => existsSync(at('up')) || it.stateOf(id), patient).toBe(true);
    const get = () => it.jobs.executions.get(it.rig.projectId, { userId: it.rig.ada.id, role: 'owner' }, id);
    // Spark is asked in several questions, between which it goes on.
    await expect.poll(get, patient).toMatchObject({
      state: 'running',
      progress: 1,
      application: {
        applicationId: expect.stringMatching(/^local-/),
        uiAvailable: true,
        metrics: { executors: 1, cores: 1, activeJob: null },
      },
    });
    expect(await it.jobs.executions.executors(it.rig.projectId, id)).toMatchObject({
      items: [{ id: 'driver', active: true, cores: 1 }],
      note: null,
    });
    const measured = async () => (await it.jobs.executions.metrics(it.rig.projectId, id, -1)).points.at(-1);
    await expect.poll(async () => (await measured())?.completedTasks, patient).toBeGreaterThan(0);
    const outputOf = async (stream: 'stdout' | 'stderr') => {
      const wish = { from: null, size: 1_000_000, follow: false };
      const asked = { executor: 'driver', stream, wish, signal: new AbortController().signal };
      return text((await it.jobs.executions.executorLog(it.rig.projectId, id, asked)).text);
    };
    expect(await outputOf('stdout')).toContain('sum 10');
    const opened = await it.rig.sessions.programs.openUi(id, it.rig.ada.id);
    const target = opened?.targetId ?? '';
    expect([...it.rig.targets.keys()]).toContain(target);
    await writeFile(at('go'), '');
    expect(await it.ended(id)).toContain('sum 10 pyspark job');
    expect(await it.stateOf(id)).toBe('succeeded');
    await expect.poll(() => it.rig.targets.has(target), patient).toBe(false);
    expect(await get()).toMatchObject({ application: { uiAvailable: true } });
    expect(await it.jobs.executions.executors(it.rig.projectId, id)).toMatchObject({
      items: [{ id: 'driver', active: false, cores: 1, completedTasks: 1 }],
    });
    expect(await outputOf('stdout')).toContain('sum 10');
    const past = await it.rig.sessions.programs.openUi(id, it.rig.ada.id);
    expect(past).toEqual({ targetId: target, path: expect.stringMatching(/^\/history\/local-.*\/jobs\/$/) });
    expect(it.rig.targets.has(target)).toBe(true);
    expect(it.rig.errors).toEqual([]);
  });

  test(
    'of a jar take the class of its manifest, are no batches of anybody, and show the logs of their executors',
    { timeout: 600_000 },
    async () => {
      await using it = await realJobs({ cluster: true });
      const build = join(it.rig.folder, 'build');
      await mkdir(build, { recursive: true });
      await writeFile(
        join(build, 'Count.java'),
        `import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
public class Count {
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    System.out.println(args[0] + " " + spark.range(Long.parseLong(args[1])).count());
    Files.createFile(Path.of("up"));
    while (!Files.exists(Path.of("go"))) Thread.sleep(100);
    spark.stop();
  }
}
`,
      );
      const run = promisify(execFile);
      await run('javac', [
        '-cp',
        `${process.env['EMBERLAB_TEST_SPARK_HOME']}/jars/*`,
        '-d',
        build,
        join(build, 'Count.java'),
      ]);
      const jar = join(it.rig.projectFolder, 'count.jar');
      await run('jar', ['--create', '--file', jar, '--main-class', 'Count', '-C', build, 'Count.class']);
      const id = await it.run('spark', 'count.jar', ['counted', '12']);
      const at = (name: string) => join(it.rig.projectFolder, name);
      await expect.poll(() => existsSync(at('up')) || it.stateOf(id), patient).toBe(true);
      const executors = async () => (await it.jobs.executions.executors(it.rig.projectId, id)).items;
      const shown = { id: '0', cores: 1, logs: ['stdout', 'stderr'] };
      await expect.poll(executors, patient).toMatchObject([{ ...shown, active: true }]);
      const executorLog = async () => {
        const wish = { from: null, size: 100_000, follow: false };
        const asked = { executor: '0', stream: 'stderr', wish, signal: new AbortController().signal } as const;
        return text((await it.jobs.executions.executorLog(it.rig.projectId, id, asked)).text);
      };
      expect(await executorLog()).toContain('Running task 0.0 in stage 0.0');
      await writeFile(at('go'), '');
      const log = await it.ended(id);
      expect([log, await it.stateOf(id)]).toEqual([expect.stringContaining('counted 12'), 'succeeded']);
      expect((await it.rig.call('GET', '/batches')).body.sessions).toEqual([]);
      expect(await executors()).toMatchObject([{ ...shown, active: false }]);
      // The worker of such a cluster goes with its application, and says nothing any more.
      await expect(executorLog()).rejects.toThrow('it may be gone, and the log with it');
    },
  );

  test.skipIf(!hasR)('of R find SparkR, or say why they failed', { timeout: 600_000 }, async () => {
    await using it = await realJobs();
    await writeFile(
      join(it.rig.projectFolder, 'job.R'),
      `library(SparkR)
sparkR.session()
args <- commandArgs(trailingOnly = TRUE)
if (args[2] == 'fail') stop('no such day')
cat('rows', count(createDataFrame(data.frame(x = seq_len(as.integer(args[1]))))), '\\n')
`,
    );
    const [good, bad] = [await it.run('sparkr', 'job.R', ['7', '']), await it.run('sparkr', 'job.R', ['7', 'fail'])];
    const log = await it.ended(good);
    expect([log, await it.stateOf(good)]).toEqual([expect.stringContaining('rows 7'), 'succeeded']);
    await it.ended(bad);
    expect(await it.store.find(bad)).toMatchObject({
      state: 'failed',
      reason: 'The Spark driver ended with exit code 1. Its log says: Error: no such day',
    });
  });

  describe.skipIf(!existsSync(environment))('of a notebook', () => {
    const notebook = (kernel: string, cells: string[]) =>
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 4,
        metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'python' } },
        cells: cells.map((source, index) => ({
          cell_type: 'code',
          metadata: index === 0 ? { tags: ['parameters'] } : {},
          source,
          outputs: [],
          execution_count: null,
        })),
      });
    const logOf = (it: Awaited<ReturnType<typeof realJobs>>, id: number) =>
      readFile(join(it.rig.folder, 'runs', `run-${id}`, 'server.log'), 'utf8').catch(() => '');
    const executed = async (it: Awaited<ReturnType<typeof realJobs>>, id: number) => {
      await expect.poll(() => it.stateOf(id), patient).toMatch(/^(succeeded|failed|stopped|lost)$/);
      const run = await it.store.find(id);
      return { run, text: await readFile(join(it.rig.projectFolder, run?.notebook ?? ''), 'utf8') };
    };

    test('with a Python kernel keep it with its outputs, also where it fails', { timeout: 300_000 }, async () => {
      await using it = await realJobs({ python: environment });
      await mkdir(join(it.rig.projectFolder, 'Jupyter'));
      const cells = [
        "day = 'none'",
        'print(day, 6 * 7)',
        "open('beside', 'w').close()",
        "raise ValueError('no such day')",
      ];
      await writeFile(join(it.rig.projectFolder, 'Jupyter/report.ipynb'), notebook('python3', cells));
      const id = await it.run('python', 'Jupyter/report.ipynb', [], { day: '{window_end}' });
      const { run, text } = await executed(it, id);
      expect([await logOf(it, id), run?.state]).toEqual([expect.stringMatching(/^.*Z 42$/m), 'failed']);
      expect(run?.reason).toBe(
        'The program ended with exit code 1. Its log says: The notebook failed. ValueError: no such day',
      );
      expect(run?.notebook).toBe(`Logs/python job/${id}/report.ipynb`);
      expect(text).toContain('Z 42\\n');
      expect(existsSync(join(it.rig.projectFolder, 'Jupyter/beside'))).toBe(true);
    });

    test('with a PySpark kernel run in a Spark session, which ends with them', { timeout: 600_000 }, async () => {
      await using it = await realJobs({ python: environment });
      const cells = ['count = 1', "print('rows', spark.range(count).count())"];
      await writeFile(join(it.rig.projectFolder, 'spark.ipynb'), notebook('pysparkkernel', cells));
      const id = await it.run('pyspark', 'spark.ipynb', [], { count: 7 });
      const { run, text } = await executed(it, id);
      expect([await logOf(it, id), run?.state]).toEqual([expect.stringContaining('rows 7'), 'succeeded']);
      expect(text).toContain('rows 7');
      expect(run?.applicationId).toMatch(/^local-/);
      const session = await it.rig.sessions.notebooks.of(id);
      const rows = await it.rig.db.selectFrom('sessions').selectAll().execute();
      expect(rows).toMatchObject([{ id: session?.id, notebook: 'spark.ipynb', execution_id: id }]);
      const get = () => it.jobs.executions.get(it.rig.projectId, { userId: it.rig.ada.id, role: 'owner' }, id);
      await expect
        .poll(get, patient)
        .toMatchObject({ application: { session: session?.id, uiAvailable: true, applicationId: run?.applicationId } });
      await expect
        .poll(
          async () => (await it.rig.db.selectFrom('sessions').select('ended_at').executeTakeFirst())?.ended_at,
          patient,
        )
        .toBeGreaterThan(0);
    });

    test.skipIf(!hasR)(
      'with kernels of Scala and of R get their parameters; one that fails keeps what it has shown and says why',
      { timeout: 600_000 },
      async () => {
        await using it = await realJobs({ python: environment });
        const scala = [
          'val count = 1; val name = ""',
          'println(s"rows ${spark.range(count).count()} of <$name>")',
          'count * 2',
        ];
        const r = [
          'count <- 1; name <- ""',
          "cat('rows', count(createDataFrame(data.frame(x = seq_len(count)))), 'of', paste0('<', name, '>'))",
          "stop('no such day')",
        ];
        await writeFile(join(it.rig.projectFolder, 'scala.ipynb'), notebook('sparkkernel', scala));
        await writeFile(join(it.rig.projectFolder, 'r.ipynb'), notebook('sparkrkernel', r));
        const parameters = { count: 7, name: 'a "$b"\\' };
        const inScala = await it.run('spark', 'scala.ipynb', [], parameters);
        const inR = await it.run('sparkr', 'r.ipynb', [], parameters);
        const rows = JSON.stringify('rows 7 of <a "$b"\\>').slice(1, -1);
        const good = await executed(it, inScala);
        expect([good.text, good.run?.state]).toEqual([expect.stringContaining(rows), 'succeeded']);
        expect(good.text).toContain('Int = 14');
        const bad = await executed(it, inR);
        expect([bad.text, bad.run?.state]).toEqual([expect.stringContaining(rows), 'failed']);
        expect(bad.text).toContain('"output_type": "error"');
        expect(bad.run?.reason).toBe(
          'The program ended with exit code 1. Its log says: The notebook failed. SparkStatementException: Error: no such day',
        );
      },
    );
  });
});
