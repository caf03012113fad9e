import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Server } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Target } from '../../edge/protocol.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { systemClock } from '../../lib/clock.ts';
import { processesOf } from '../../spawners/local/processes.ts';
import { createLocalSpawner } from '../../spawners/local/spawner.ts';
import { seedProject, seedUser, testDatabase } from '../../testing/database.ts';
import { createEnvironments } from '../environments/index.ts';
import { createServers } from './index.ts';

const uv = process.env['EMBERLAB_TEST_UV'];
const jupyterFolder = join(import.meta.dirname, '../../../../../jupyter');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const later = () => new Promise((resolve) => setTimeout(resolve, 10));

/** What the proxy would send, with what only a browser adds on top. */
function ask(
  target: Target,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const headers = { host: 'localhost', origin: 'http://localhost', ...target.headers, ...options.headers };
    const asked = request(
      { socketPath: target.socketPath, path, method: options.method ?? 'GET', headers, agent: false },
      (answer) => {
        const { statusCode: status = 0, headers: answered } = answer;
        readText(answer).then((text) => resolve({ status, headers: answered, text }), reject);
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}

/** Runs code in a kernel as a notebook page does, and answers what it printed. */
async function runInKernel(target: Target, code: string): Promise<string> {
  const page = await ask(target, '/lab');
  const xsrf = /_xsrf=([^;]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
  const browser = { cookie: `_xsrf=${xsrf}`, 'x-xsrftoken': xsrf, 'content-type': 'application/json' };
  const body = JSON.stringify({
    path: 'Jupyter/a b.ipynb',
    name: 'a b.ipynb',
    type: 'notebook',
    kernel: { name: 'python3' },
  });
  expect((await ask(target, '/api/sessions', { method: 'POST', body })).status).toBe(403);
  const made = await ask(target, '/api/sessions', { method: 'POST', headers: browser, body });
  expect(made.status).toBe(201);
  const { kernel } = JSON.parse(made.text) as { kernel: { id: string } };
  const headers = { ...target.headers, host: 'localhost' };
  const socket = new WebSocket(`ws+unix:${target.socketPath}:/api/kernels/${kernel.id}/channels`, {
    headers,
    origin: 'http://localhost',
  });
  const header = {
    msg_id: randomUUID(),
    session: randomUUID(),
    username: 'x',
    version: '5.3',
    msg_type: 'execute_request',
  };
  const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
  socket.on('open', () =>
    socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] })),
  );
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (raw: Buffer) => {
      const message = JSON.parse(raw.toString()) as {
        parent_header: { msg_id?: string };
        msg_type: string;
        content: { text?: string; execution_state?: string };
      };
      if (message.parent_header.msg_id !== header.msg_id) return;
      if (message.msg_type === 'stream') printed += message.content.text ?? '';
      if (message.msg_type === 'status' && message.content.execution_state === 'idle') resolve();
    });
  });
  socket.terminate();
  return printed;
}

describe.skipIf(uv === undefined)('a real JupyterLab in a real environment (needs EMBERLAB_TEST_UV)', () => {
  let stack: AsyncDisposableStack;
  let start: () => Promise<ReturnType<typeof createServers>>;
  let environments: ReturnType<typeof createEnvironments>;
  let whose: { projectId: string; userId: string };
  const targets = new Map<string, Target>();
  let projectFolder: string;
  let dataDir: string;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
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
      platformEnv,
    });
    stack.defer(() => environments.close());
    await environments.start();
    start = async () => {
      const servers = createServers({
        db,
        clock: systemClock,
        config: { host: '127.0.0.1', port: 9, appsOrigin: 'http://{id}.localhost:8080', serverStartTimeoutMs: 60_000 },
        bus,
        log: silent,
        targets: {
          put: (target) => void targets.set(target.id, target),
          remove: async (id) => void targets.delete(id),
        },
        tickets: { issue: async () => 'http://x.localhost' },
        spawner: createLocalSpawner({ clock: systemClock, config: { dataDir, paths } }),
        environments,
        projects: { nameOf: async () => 'demo', folderOf: () => projectFolder },
        tokens: { issueForServer: async () => 'ember_server_secret', revokeForServer: async () => undefined },
        stopSessionsOf: async () => undefined,
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
    expect((await environments.log(whose.projectId)).text).toContain('All installed packages are compatible');
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
  });

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
    expect(Object.fromEntries(names)).toEqual({ python3: 'Python', pysparkkernel: 'PySpark' });

    const printed = await runInKernel(
      target,
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
    expect(line).toBe(`42 ${projectFolder}/Jupyter ${projectFolder}/Jupyter/a b.ipynb 0o660`);
    expect(home).toBe(`${join(dataDir, 'homes', whose.projectId, whose.userId)} []`);
    expect(many.length).toBe(20_000_000);

    expect(processesOf(id).length).toBeGreaterThanOrEqual(3);
    await after.service.stop(whose);
    while ((await after.service.get(whose)).state !== 'stopped') await later();
    expect(processesOf(id)).toEqual([]);
    expect(existsSync(target.socketPath)).toBe(false);
    expect(targets.size).toBe(0);
    const log = await after.service.log(whose);
    expect(log?.ended()).toBe(true);
    const text = await readFile(log?.file ?? '', 'utf8');
    expect(text).toContain('is running at');
    expect(text).not.toContain(secret);
  }, 120_000);
});
