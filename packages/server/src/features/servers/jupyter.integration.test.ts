import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { defaultConfiguration, defaultPythonConfiguration, sessionBody, type Server } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../edge/protocol.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import { oneUser } from '../../identities/one-user.ts';
import { createBus } from '../../lib/bus.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { findCgroups } from '../../spawners/local/cgroups.ts';
import { processesOf } from '../../spawners/local/processes.ts';
import { createLocalSpawner } from '../../spawners/local/spawner.ts';
import { seedProject, seedUser, testDatabase } from '../../testing/database.ts';
import { createEnvironments } from '../environments/index.ts';
import { createNotebooks } from '../notebooks/index.ts';
import { testLimits } from '../../testing/limits.ts';
import { testProfiles } from '../../testing/profiles.ts';
import { createServers } from './index.ts';
import { ask, fakeGateway, renameNotebook, runInKernel, typeInTerminal } from './jupyter.fixture.ts';

const uv = process.env['EMBERLAB_TEST_UV'];
const jupyterFolder = join(import.meta.dirname, '../../../../../jupyter');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const later = () => new Promise((resolve) => setTimeout(resolve, 10));

describe.skipIf(uv === undefined)('a real JupyterLab in a real environment (needs EMBERLAB_TEST_UV)', () => {
  let stack: AsyncDisposableStack;
  let start: () => Promise<ReturnType<typeof createServers>>;
  let environments: ReturnType<typeof createEnvironments>;
  let notebooks: ReturnType<typeof createNotebooks>;
  let whose: { projectId: string; userId: string };
  const targets = new Map<string, Target>();
  let projectFolder: string;
  let dataDir: string;
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    gateway = stack.use(await fakeGateway());
    const database = stack.use(await testDatabase());
    const { db } = database;
    const userId = await seedUser(db);
    const projectId = await seedProject(db, userId);
    whose = { projectId, userId };
    projectFolder = join(dataDir, 'projects', 'demo');
    await mkdir(join(projectFolder, 'Jupyter'), { recursive: true });
    const paths = {
      environments: join(dataDir, 'environments'),
      tools: join(dataDir, 'tools'),
      servers: join(dataDir, 'servers'),
      run: join(dataDir, 'run'),
      secretsKey: join(dataDir, 'secrets.key'),
      indexNames: join(dataDir, 'index-names'),
    };
    await mkdir(join(paths.tools, 'bin'), { recursive: true });
    await symlink(uv ?? '', join(paths.tools, 'bin', 'uv'));
    const bus = createBus<ProjectChange>(() => undefined);
    const platformEnv = process.env;
    const python = process.env['EMBERLAB_TEST_PYTHON'] ?? 'python3';
    environments = createEnvironments({
      db,
      clock: systemClock,
      config: { python, paths },
      bus,
      log: silent,
      identities: oneUser(),
      platformEnv,
    });
    stack.defer(() => environments.close());
    await environments.start();
    const cgroups = findCgroups({ name: `emberlab-test-${newId()}` });
    const spawner = createLocalSpawner({
      clock: systemClock,
      config: { dataDir, paths, serverLogBytes: 1024 ** 2 },
      cgroups,
    });
    // A test that failed has left its server running.
    stack.defer(async () => {
      for (const { id } of await db.selectFrom('servers').select('id').execute()) {
        await spawner.stop(id, null);
        await spawner.clean(id);
      }
    });
    const projects = { nameOf: async () => 'demo', folderOf: () => projectFolder };
    notebooks = createNotebooks({ db, clock: systemClock, config: { notebookRunsKept: 100 }, bus, projects });
    start = async () => {
      const servers = createServers({
        db,
        profiles: testProfiles(),
        clock: systemClock,
        config: {
          host: '127.0.0.1',
          port: gateway.port,
          publicOrigin: 'http://localhost:8080',
          appsOrigin: 'http://{id}.localhost:8080',
          serverLimits: { memoryMb: 1024, cores: 2 },
          serverLogsKept: 2,
          serverStartLimit: 2,
          serverStartTimeoutMs: 60_000,
          serverTime: { hours: 6, mostHours: 24, mayBeUnlimited: false, idleMinutes: 0 },
          sessionStartTimeoutMs: 60_000,
        },
        bus,
        log: silent,
        targets: {
          put: (target) => void targets.set(target.id, target),
          remove: async (id) => void targets.delete(id),
        },
        tickets: { issue: async () => 'http://x.localhost' },
        spawner,
        environments,
        configurations: {
          get: async () => defaultConfiguration,
          save: async (_, value) => value,
          mustBeRight: async () => undefined,
        },
        projects: { ...projects, touch: async () => undefined },
        notebooks: notebooks.service,
        tokens: { issueForServer: async () => 'ember_server_secret', revokeForServer: async () => undefined },
        hasSparkR: async () => true,
        stopSessionsOf: async () => undefined,
        busySessionOf: async () => null,
        busySessions: async () => new Map(),
        sessionsOf: async () => [],
        stopSession: async () => undefined,
        labExtensions: join(dataDir, 'none'),
        limits: testLimits(db, systemClock, () => [servers.limited]),
        platformEnv,
      });
      stack.defer(() => servers.close());
      await servers.start();
      return servers;
    };
    const begun = performance.now();
    for (;;) {
      const { latest } = await environments.get(projectId);
      if (latest?.state === 'failed') throw new Error(latest.problem ?? '');
      if (latest?.state === 'ready') break;
      await later();
    }
    process.stderr.write(`built in ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  }, 200_000);

  afterAll(async () => {
    await stack.disposeAsync();
  }, 30_000);

  it('has built an environment that can be looked at', async () => {
    const { current, latest } = await environments.get(whose.projectId);
    expect(current).toEqual(latest);
    expect(current).toMatchObject({ number: 1, progress: 1, problem: null, step: null });
    expect(current?.packages).toBeGreaterThan(100);
    expect(await environments.conflicts(whose.projectId)).toMatchObject({ conflicts: [], differences: [] });
    const { python } = await environments.pythonFor(whose.projectId);
    expect((await promisify(execFile)(uv ?? '', ['pip', 'list', '--python', python])).stdout).toMatch(
      /^emberlab-jupyter +\d/m,
    );
  });

  it('passes the tests of the Python package in it', async () => {
    const { python } = await environments.pythonFor(whose.projectId);
    const args = ['-B', '-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'];
    const env = { PATH: process.env['PATH'] ?? '', HOME: dataDir, SPARKMAGIC_CONF_DIR: join(dataDir, 'sparkmagic') };
    const { stderr } = await promisify(execFile)(python, args, { cwd: jupyterFolder, env });
    expect(stderr).toMatch(/\nOK/);
    // Whole kernels are started in it.
  }, 240_000);

  it('starts, is taken over, runs code, and leaves nothing behind', async () => {
    const before = await start();
    const { id: made } = await before.service.start(whose);
    const id = made ?? '';
    const get = (): Promise<Server> => before.service.get(whose);
    while ((await get()).state !== 'running') {
      expect((await get()).problem).toBeNull();
      await later();
    }
    const server = await get();
    const took = Date.parse(server.readyAt ?? '') - Date.parse(server.startedAt ?? '');
    process.stderr.write(`ready in ${(took / 1000).toFixed(2)} s\n`);
    const first = targets.get(id);
    if (first === undefined) throw new Error('the proxy does not know it');
    expect((await stat(first.socketPath)).mode & 0o777).toBe(0o600);

    // control is started again
    await before.close();
    targets.clear();
    const after = await start();
    const target = targets.get(id);
    if (target === undefined) throw new Error('the proxy does not know it any more');
    expect(target).toEqual(first);
    expect((await after.service.get(whose)).readyAt).toBe(server.readyAt);

    // who is let in, and what is in a page
    expect((await ask({ ...target, headers: {} }, '/api/contents')).status).toBe(403);
    const page = await ask(target, '/lab');
    expect(page.status).toBe(200);
    const secret = target.headers['authorization']?.split(' ')[1] ?? '';
    for (const path of ['/lab', '/nbclassic/tree']) expect((await ask(target, path)).text).not.toContain(secret);
    expect(page.text).toContain('apputils-extension:announcements');

    const { kernelspecs } = JSON.parse((await ask(target, '/api/kernelspecs')).text) as {
      kernelspecs: Record<string, { spec: { display_name: string } }>;
    };
    const names = Object.entries(kernelspecs).map(([name, { spec }]) => [name, spec.display_name]);
    expect(Object.fromEntries(names)).toEqual({
      python3: 'Python',
      pysparkkernel: 'PySpark',
      sparkkernel: 'Spark',
      sparkrkernel: 'SparkR',
    });
    for (const name of ['pysparkkernel', 'sparkkernel', 'sparkrkernel']) {
      const icon = await ask(target, `/kernelspecs/${name}/logo-svg.svg`);
      expect([icon.status, icon.text.slice(0, 4)]).toEqual([200, '<svg']);
    }

    const printed = await runInKernel(
      target,
      'python3',
      [
        'import os, subprocess, getpass',
        'open("made.txt", "w").close()',
        'print(6 * 7, os.getcwd(), os.environ["JPY_SESSION_NAME"], oct(os.stat("made.txt").st_mode & 0o777))',
        'print(os.environ["HOME"], [name for name in os.environ if name.startswith("EMBERLAB")])',
        'print("x" * 20_000_000)',
        'subprocess.Popen(["sleep", "1000"], start_new_session=True)',
      ].join('\n'),
    );
    const [line = '', home = '', many = ''] = printed.split('\n');
    expect(line).toBe(`42 ${projectFolder}/Jupyter ${projectFolder}/Jupyter/python3 a.ipynb 0o660`);
    expect(home).toBe(`${join(dataDir, 'homes', whose.projectId, whose.userId)} []`);
    expect(many.length).toBe(20_000_000);

    // which notebook ran is known, and where it has gone to
    const recent = async () => {
      const { items } = await notebooks.service.recent(whose, { whose: 'mine', limit: 10 });
      return items.map(({ path, kernel, executions, missing }) => ({ path, kernel, executions, missing }));
    };
    const recentAre = async (expected: object[]) => {
      for (const end = Date.now() + 20_000; !isDeepStrictEqual(await recent(), expected);) {
        if (Date.now() > end) throw new Error(`they are ${JSON.stringify(await recent())}`);
        await later();
      }
    };
    const ran = { path: 'Jupyter/python3 a.ipynb', kernel: 'python3', executions: 1 };
    await recentAre([{ ...ran, missing: true }]);
    await writeFile(join(projectFolder, ran.path), '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}');
    await recentAre([{ ...ran, missing: false }]);
    await renameNotebook(target, ran.path, 'Jupyter/é b.ipynb');
    await recentAre([{ ...ran, path: 'Jupyter/é b.ipynb', missing: false }]);
    await renameNotebook(target, 'Jupyter/é b.ipynb', ran.path);

    // what goes on in it is known: nothing, a kernel that computes without a word, a terminal's command
    const activity = async () => {
      await after.lookForActivity();
      return (await after.service.get(whose)).activity;
    };
    const comesTo = async (expected: object) => {
      for (const end = Date.now() + 20_000; !isDeepStrictEqual({ ...(await activity()), at: null }, expected);) {
        if (Date.now() > end) throw new Error(`it is ${JSON.stringify(await activity())}`);
        await later();
      }
    };
    const kernel = { kind: 'kernel', name: 'Jupyter/python3 a.ipynb', at: null };
    await comesTo({ ...kernel, now: false });
    const wait = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.02)';
    const waited = runInKernel(target, 'python3', wait);
    await comesTo({ ...kernel, now: true });
    await writeFile(join(projectFolder, 'Jupyter/go'), '');
    await waited;
    await comesTo({ ...kernel, now: false });
    await typeInTerminal(target, 'sleep 1000');
    await comesTo({ kind: 'terminal', name: '1', at: null, now: true });

    // sparkmagic finds the gateway and says who it is.
    expect(await runInKernel(target, 'pysparkkernel', '1 + 1')).toContain('said');
    await recentAre([
      { path: 'Jupyter/pysparkkernel a.ipynb', kernel: 'pysparkkernel', executions: 1, missing: true },
      { ...ran, executions: 2, missing: false },
    ]);
    const [opening, ...rest] = gateway.calls;
    expect(opening).toMatchObject({ method: 'POST', url: '/livy/demo/sessions' });
    expect(JSON.parse(opening?.body ?? '')).toEqual({
      kind: 'pyspark',
      ...sessionBody(defaultConfiguration, projectFolder),
      heartbeatTimeoutInSecond: 60,
    });
    expect(rest.map((call) => call.body)).toContainEqual(expect.stringContaining('1 + 1'));
    for (const { headers, method } of gateway.calls) {
      expect(headers.authorization).toBe('Bearer ember_server_secret');
      expect(headers['emberlab-notebook']).toBe('Jupyter/pysparkkernel%20a.ipynb');
      expect(headers['idempotency-key'] !== undefined).toBe(method === 'POST');
    }

    // one of its kernels takes more than there is: it alone is ended, and its notebook is named
    const keptTogether = (await get()).limits?.by === 'cgroup';
    if (keptTogether) {
      void runInKernel(target, 'python3', 'y = bytearray(3_000_000_000)').catch(() => undefined);
      while ((await after.service.get(whose)).memoryEnd === null) await later();
    }
    expect(await after.service.get(whose)).toMatchObject({
      state: 'running',
      memoryEnd: keptTogether ? { notebook: 'python3 a.ipynb', times: 1 } : null,
    });

    expect(processesOf(join(dataDir, 'servers', id)).length).toBeGreaterThanOrEqual(3);
    await after.service.stop(whose);
    while ((await after.service.get(whose)).state !== 'stopped') await later();
    expect(processesOf(join(dataDir, 'servers', id))).toEqual([]);
    expect(existsSync(target.socketPath)).toBe(false);
    expect(targets.size).toBe(0);
    const log = await after.service.log(whose);
    expect(log?.ended()).toBe(true);
    const text = await readFile(log?.file ?? '', 'utf8');
    expect(text).toContain('is running at');
    expect(text).not.toContain(secret);
    // One control at a time looks after servers.
    await after.close();
  }, 120_000);

  it('gives notebooks of type Python the files and variables of the configuration', async () => {
    const servers = await start();
    await writeFile(join(projectFolder, 'own_tools.py'), 'WORD = "from a file"\n');
    await writeFile(join(projectFolder, 'words.txt'), 'words');
    const { id } = await servers.service.start(whose, {
      ...defaultPythonConfiguration,
      files: ['own_tools.py', 'words.txt'],
      environment: 'LOG_LEVEL=debug',
    });
    while ((await servers.service.get(whose)).state !== 'running') {
      expect((await servers.service.get(whose)).problem).toBeNull();
      await later();
    }
    const target = targets.get(id ?? '');
    if (target === undefined) throw new Error('the proxy does not know it');
    const printed = await runInKernel(
      target,
      'python3',
      [
        'import os, own_tools',
        'words = open(os.path.join(os.environ["EMBER_FILES"], "words.txt")).read()',
        'print(own_tools.WORD, words, os.environ["LOG_LEVEL"])',
      ].join('\n'),
    );
    expect(printed).toBe('from a file words debug\n');
    await servers.service.stop(whose);
    while ((await servers.service.get(whose)).state !== 'stopped') await later();
    expect(existsSync(join(projectFolder, 'own_tools.py'))).toBe(true);
  }, 60_000);

  it('is tried without a library that it needs, fails with its name, and starts again after a repair', async () => {
    const { projectId } = whose;
    const change = async (wanted: Parameters<typeof environments.change>[1]) => {
      const { id } = await environments.change(projectId, wanted, 'ada@example.org');
      for (;;) {
        const done = await environments.operation(projectId, id);
        if (done.endedAt !== null) return done;
        await later();
      }
    };
    const servers = await start();
    const startsTo = async (state: 'running' | 'failed') => {
      await servers.service.start(whose);
      while ((await servers.service.get(whose)).state !== state) await later();
      return servers.service.get(whose);
    };
    expect(await change({ kind: 'uninstall', packages: ['tornado'], force: true })).toMatchObject({
      state: 'succeeded',
    });
    expect((await environments.get(projectId)).alert?.inJupyter).toBeGreaterThan(3);
    expect((await startsTo('failed')).problem?.message).toBe('The Python environment lacks tornado.');
    expect(await change({ kind: 'repair' })).toMatchObject({ problem: null, conflicts: 0 });
    expect(await startsTo('running')).toMatchObject({ revision: 3 });
    await servers.service.stop(whose);
    while ((await servers.service.get(whose)).state !== 'stopped') await later();
  }, 120_000);
});
