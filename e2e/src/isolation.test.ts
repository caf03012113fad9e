import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient, type Client } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JupyterPage } from './notebook.ts';
import { Platform, runCommand } from './platform.ts';

type Person = { client: Client; token: string; id: string };
type Targets = Record<'read' | 'list' | 'connect' | 'write' | 'remove', string[]> &
  Record<'processes' | 'ports', number[]>;

const attack = readFileSync(join(import.meta.dirname, 'attack.py'), 'utf8');
const attackOn = (targets: Targets) => attack.replace('TARGETS', () => JSON.stringify(targets));
/** What an attack has reached; a text without its line is itself an answer. */
const reached = (text: string): unknown => {
  const line = /^ATTACK (.*)$/m.exec(text)?.[1];
  return line === undefined ? text : JSON.parse(line);
};

/** Where a user of the machine listens, on all addresses or on loopback. */
const portsOf = (uid: number): number[] =>
  ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && fields[7] === String(uid))
      .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16)),
  );

/** Two projects on one machine, real Jupyter servers and real drivers: Ada's in `demo`; Eve has a project of her own, and is a member of `demo` too. */
describe.skipIf(process.getuid?.() !== 0)('isolation, as root', () => {
  let platform: Platform;
  let ada: Person;
  let eve: Person;
  let page: JupyterPage;
  let evesPage: JupyterPage;
  let evesDriver: number;
  const ended: (() => Promise<void>)[] = [];

  const at = (...names: string[]) => join(platform.data, ...names);
  const query = <T>(sql: string, ...values: string[]): T[] => {
    const db = new DatabaseSync(at('emberlab.db'));
    try {
      db.exec('PRAGMA busy_timeout = 10000');
      return db.prepare(sql).all(...values) as T[];
    } finally {
      db.close();
    }
  };
  const projectId = (name: string) =>
    query<{ id: string }>('SELECT id FROM projects WHERE name = ?', name)[0]?.id ?? '';
  const unixId = (project: string, person: Person) =>
    query<{ unix_id: number }>(
      "SELECT unix_id FROM unix_accounts WHERE kind = 'member' AND project_id = ? AND user_id = ?",
      projectId(project),
      person.id,
    )[0]?.unix_id ?? 0;
  const processesOf = (uid: number) =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid);

  async function person(email: string): Promise<Person> {
    await runCommand('./emberlab', ['user', 'add', email, '--admin', '--password-stdin'], {
      env: platform.env,
      input: 'correct horse battery\n',
    });
    const { stdout } = await runCommand('./emberlab', ['token', 'create', '--user', email, '--name', 'isolation'], {
      env: platform.env,
    });
    const token = stdout.trim();
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    const id = query<{ id: string }>('SELECT id FROM users WHERE email = ?', email)[0]?.id ?? '';
    return { client, token, id };
  }

  async function openServer({ client }: Person, project: string): Promise<JupyterPage> {
    const params = { project };
    const built = async () => (await client.call('environment.get', { params })).current !== null;
    await vi.waitUntil(built, { timeout: 240_000, interval: 200 });
    const configuration = { type: 'spark', driverMemoryMb: 768, driverCores: 1, properties: '' } as const;
    await client.call('jupyter.start', { params, body: { configuration } });
    const state = async () => (await client.call('jupyter.server', { params })).state;
    ended.push(async () => {
      await client.call('jupyter.stop', { params });
      await vi.waitUntil(async () => ['stopped', 'failed'].includes(await state()), { timeout: 60_000, interval: 100 });
    });
    await vi.waitUntil(async () => (await state()) === 'running', { timeout: 120_000, interval: 100 });
    return JupyterPage.open((await client.call('jupyter.open', { params, body: {} })).url);
  }

  const livy = async ({ token }: Person, project: string, method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${platform.port}/livy/${project}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as {
      id: number;
      state: string;
      output: { data?: { 'text/plain'?: string } } | null;
    };
  };

  async function openDriver(who: Person, project: string): Promise<number> {
    const { id } = await livy(who, project, 'POST', '/sessions', { kind: 'pyspark', driverMemory: '768m' });
    ended.push(async () => void (await livy(who, project, 'DELETE', `/sessions/${id}`)));
    const state = async () => (await livy(who, project, 'GET', `/sessions/${id}`)).state;
    await vi.waitUntil(async () => (await state()) === 'idle', { timeout: 120_000, interval: 100 });
    return id;
  }

  /** Runs code on a driver, and answers what it printed. */
  async function runOnDriver(who: Person, project: string, session: number, code: string): Promise<string> {
    const { id } = await livy(who, project, 'POST', `/sessions/${session}/statements`, { code });
    for (;;) {
      const now = await livy(who, project, 'GET', `/sessions/${session}/statements/${id}`);
      if (now.state === 'available') return now.output?.data?.['text/plain'] ?? JSON.stringify(now.output);
    }
  }

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start({ EMBERLAB_ISOLATION: 'on', EMBERLAB_SESSION_WARM_START: 'false' });
    ada = await person('ada@example.org');
    eve = await person('eve@example.org');
    await vi.waitUntil(() => projectId('demo') !== '', { timeout: 60_000, interval: 200 });
    await eve.client.call('projects.create', { body: { name: 'eve' } });
    query(
      'INSERT INTO members (project_id, user_id, role, since) VALUES (?, ?, ?, 0)',
      projectId('demo'),
      eve.id,
      'editor',
    );
    [page, evesPage] = await Promise.all([openServer(ada, 'demo'), openServer(eve, 'eve')]);
    const [adas, eves] = await Promise.all([openDriver(ada, 'demo'), openDriver(eve, 'demo')]);
    evesDriver = eves;
    await runOnDriver(ada, 'demo', adas, 'open("Jupyter/plan.txt", "w").write("of the project")');
  }, 400_000);

  afterAll(async () => {
    for (const end of ended) await end().catch(() => undefined);
    await platform?.remove();
  }, 120_000);

  /** What is Ada's alone, of the platform, or of nobody but the kernel. */
  function targets(): Targets {
    const project = projectId('demo');
    const server = readdirSync(at('servers')).find(
      (id) =>
        existsSync(at('servers', id, 'proxy-secret')) &&
        query('SELECT id FROM servers WHERE id = ? AND user_id = ?', id, ada.id).length === 1,
    );
    const sessions = query<{ id: number }>('SELECT id FROM sessions WHERE user_id = ?', ada.id).map(({ id }) =>
      String(id),
    );
    const home = at('homes', project, ada.id);
    writeFileSync(join(home, 'private'), 'mine');
    // Spark's own page is among them.
    expect(portsOf(unixId('demo', ada)).length).toBeGreaterThan(0);
    const own = platform.pids();
    const ofServer = (name: string) => at('servers', server ?? '', name);
    return {
      read: [
        ...['emberlab.db', 'secrets.key', 'logs/control.log', 'logs/edge.log']
          .map((name) => at(name))
          .filter(existsSync),
        ...[
          'proxy-secret',
          'jupyter_server_config.json',
          'server.log',
          'sparkmagic/token',
          'sparkmagic/config.json',
        ].map(ofServer),
        ...sessions.flatMap((id) =>
          ['spark.properties', 'process', 'stdout.log', 'stderr.log'].map((name) => at('sessions', id, name)),
        ),
        join(home, 'private'),
        '/etc/shadow',
      ],
      list: [
        ...['', 'projects', 'homes', 'servers', 'sessions', 'environments', 'run', 'run/s', 'logs'].map((name) =>
          at(name),
        ),
        home,
        ...['', 'runtime', 'tmp', 'sparkmagic'].map(ofServer),
        ...sessions.flatMap((id) => ['', 'scratch', 'events'].map((name) => at('sessions', id, name))),
      ],
      connect: [
        ...['control.sock', 'edge.sock', 'tunnel.sock'].map((name) => at('run', name)),
        ...readdirSync(at('run/s')).map((name) => at('run/s', name)),
      ],
      ports: portsOf(unixId('demo', ada)),
      processes: [...processesOf(unixId('demo', ada)), own.supervisor, own.control, own.edge],
      write: [
        at(''),
        at('projects'),
        at('run'),
        at('run/s'),
        at('tools'),
        home,
        ofServer(''),
        at('environments', project, '1'),
        '/etc/passwd',
      ],
      remove: readdirSync(at('run/s')).map((name) => at('run/s', name)),
    };
  }

  it('each member of a project has a user of the machine, and what they run runs as it', async () => {
    const [adas, eves] = [unixId('demo', ada), unixId('demo', eve)];
    expect(new Set([0, adas, eves, unixId('eve', eve)]).size).toBe(4);
    // A server, its Python kernels and terminals; a driver with its JVM.
    expect(processesOf(adas).length).toBeGreaterThanOrEqual(3);
    const kernel = await page.notebook('python3', 'who');
    expect((await kernel.run('import os\nprint(os.getuid())')).text.trim()).toBe(String(adas));
    kernel.close();
    expect(await runOnDriver(eve, 'demo', evesDriver, 'import os\nprint(os.getuid())')).toBe(String(eves));
    const worker = 'import os\nprint(sc.parallelize([0], 1).map(lambda _: os.getuid()).collect())';
    expect(await runOnDriver(eve, 'demo', evesDriver, worker)).toBe(`[${eves}]`);
    const jvm = 'print(spark._jvm.java.lang.System.getProperty("user.name"))';
    expect(await runOnDriver(eve, 'demo', evesDriver, jvm)).toMatch(new RegExp(`^ember-${eves}-`));
  });

  it('the dashboard has nothing to warn of', async () => {
    expect((await ada.client.call('system.get', {})).notices).toEqual([]);
  });

  it('a batch runs as its member, and its end is written down by us', async () => {
    const program = 'import os\nprint("uid", os.getuid())\nraise SystemExit(3)';
    await runOnDriver(eve, 'demo', evesDriver, `open("Resources/who.py", "w").write(${JSON.stringify(program)})`);
    const { id } = await livy(eve, 'demo', 'POST', '/batches', {
      file: at('projects/demo/Resources/who.py'),
      driverMemory: '512m',
    });
    const state = async () => (await livy(eve, 'demo', 'GET', `/batches/${id}`)).state;
    await vi.waitUntil(async () => ['success', 'dead', 'killed'].includes(await state()), { timeout: 60_000 });
    expect(readFileSync(at('batches', String(id), 'stdout.log'), 'utf8')).toContain(`uid ${unixId('demo', eve)}\n`);
    expect(readFileSync(at('batches', String(id), 'exit'), 'utf8').trim()).toBe('3');
    expect(statSync(at('batches', String(id), 'exit')).uid).toBe(0);
  });

  it('members share the files of their project', async () => {
    expect(await runOnDriver(eve, 'demo', evesDriver, 'print(open("Jupyter/plan.txt").read())')).toBe('of the project');
    await runOnDriver(
      eve,
      'demo',
      evesDriver,
      'open("Jupyter/plan.txt", "a").write(", and Eve’s")\nopen("Resources/hers", "w").write("too")',
    );
    const kernel = await page.notebook('python3', 'shared');
    const code =
      'print(open("plan.txt").read(), open("../Resources/hers").read())\nopen("../Resources/hers", "a").write("!")';
    expect((await kernel.run(code)).text).toContain('of the project, and Eve’s too');
    kernel.close();
  });

  it('code of another project’s member reaches nothing of it, nor of the platform', async () => {
    const kernel = await evesPage.notebook('python3', 'attack');
    const project = at('projects/demo');
    const others = targets();
    const text = (
      await kernel.run(
        attackOn({
          ...others,
          read: [
            ...others.read,
            join(project, 'Jupyter/plan.txt'),
            at('environments', projectId('demo'), '1/pyvenv.cfg'),
          ],
          list: [...others.list, project, join(project, 'Jupyter'), at('environments', projectId('demo'))],
          write: [...others.write, project, join(project, 'Jupyter/plan.txt')],
        }),
      )
    ).text;
    kernel.close();
    expect(reached(text)).toEqual([]);
  });

  it('code of a fellow member reaches nothing that is not the project’s', async () => {
    expect(reached(await runOnDriver(eve, 'demo', evesDriver, attackOn(targets())))).toEqual([]);
  });

  it('nobody listens in on kernels: they are reached by sockets in a /tmp of their server’s own', async () => {
    const kernel = await evesPage.notebook('python3', 'ways');
    const code = 'import ipykernel\nprint(ipykernel.get_connection_info())';
    expect((await kernel.run(code)).text).toMatch(/"ip": "\/tmp\/\.jupyter\/kernel-[^"]*".*"transport": "ipc"/s);
    expect((await kernel.run('import os\nprint(oct(os.stat("/tmp/.jupyter").st_mode))')).text.trim()).toBe('0o41700');
    kernel.close();
    expect(existsSync('/tmp/.jupyter')).toBe(false);
  });

  it('no secret is in a command line', () => {
    const secrets = readdirSync(at('servers'))
      .flatMap((id) => ['proxy-secret', 'sparkmagic/token'].map((name) => at('servers', id, name)))
      .filter(existsSync)
      .map((path) => readFileSync(path, 'utf8').trim());
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    const lines = execFileSync('ps', ['-eo', 'args', '--no-headers', '-ww']).toString();
    for (const secret of secrets) expect(lines).not.toContain(secret);
  });

  it('an environment is its members’ to use, not to change, and was tried as nobody’s in particular', async () => {
    // Which user that was goes with what else a build leaves; that there is one is kept.
    const guests = query<{ unix_id: number }>(
      "SELECT unix_id FROM unix_accounts WHERE kind = 'guest' AND project_id = ?",
      projectId('eve'),
    );
    expect(guests).toHaveLength(1);
    expect(guests[0]?.unix_id).toBeGreaterThan(1000);
    expect(guests[0]?.unix_id).not.toBe(unixId('eve', eve));
    const kernel = await evesPage.notebook('python3', 'environment');
    const code = 'import os, sys, IPython\nprint(os.access(IPython.__file__, os.W_OK), os.access(sys.prefix, os.W_OK))';
    expect((await kernel.run(code)).text.trim()).toBe('False False');
    kernel.close();
  });

  it('a member who leaves loses their user within seconds, with whatever still ran as it', async () => {
    const uid = unixId('demo', eve);
    await runOnDriver(
      eve,
      'demo',
      evesDriver,
      'import subprocess\nsubprocess.Popen(["setsid", "sleep", "3600"], stdout=subprocess.DEVNULL)',
    );
    query('DELETE FROM members WHERE project_id = ? AND user_id = ?', projectId('demo'), eve.id);
    await vi.waitUntil(() => unixId('demo', eve) === 0, { timeout: 30_000, interval: 100 });
    expect(execFileSync('ps', ['-eo', 'uid,stat,args']).toString()).not.toMatch(new RegExp(`^\\s*${uid}\\s+[^Z]`, 'm'));
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(`:${uid}:`);
  });
});
