import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Platform, runCommand } from '../platform.ts';
import { analyst } from './analyst.ts';
import { listener } from './listener.ts';
import { archivist, host, notebookUser, type Person } from './people.ts';
import { seeded } from './random.ts';
import { runner } from './runner.ts';
import { steady } from './steady.ts';
import { everybodyWorks } from './work.ts';

const server = process.env['EMBERLAB_TEST_POSTGRES'];
/** `./test storm` asks for ten minutes. */
const seconds = Number(process.env['EMBERLAB_TEST_STORM_SECONDS'] ?? 40);
const seed = Number(process.env['EMBERLAB_TEST_STORM_SEED'] ?? Date.now() % 1_000_000);
const project = 'demo';

/**
 * Two control planes and two edges serve one data folder with PostgreSQL, and each of the four is killed in its turn while people work. Nothing starts or runs twice, no
 * event is lost, and reads are answered all the time.
 */
describe.skipIf(server === undefined)('replicas in a storm (need PostgreSQL)', () => {
  const random = seeded(seed);
  const name = `replicas_${randomBytes(6).toString('hex')}`;
  const database = new URL(server ?? 'postgres://localhost');
  database.pathname = `/${name}`;
  const settings = { EMBERLAB_DATABASE_URL: database.href, EMBERLAB_REPLICAS: 'true' };
  const ask = (statement: string, url = database.href) =>
    execFileSync('psql', ['--quiet', '--no-psqlrc', '--tuples-only', '--no-align', '--command', statement, url], {
      encoding: 'utf8',
    }).trim();
  let replicas: [Platform, Platform];
  let people: Person[];
  let page: ReturnType<typeof listener>;
  let headers: Record<string, string>;
  const http = steady();

  beforeAll(async () => {
    process.stdout.write(`replicas in a storm of ${seconds} s; again with EMBERLAB_TEST_STORM_SEED=${seed}\n`);
    ask(`create database ${name}`, server);
    const one = await Platform.prepare();
    replicas = [one, one.beside()];
    const env = { ...one.env, ...settings };
    const addUser = async (email: string, ...rights: string[]): Promise<string> => {
      const user = ['user', 'add', email, ...rights, '--password-stdin'];
      await runCommand('./emberlab', user, { env, input: 'correct horse battery\n' });
      const token = ['token', 'create', '--user', email, '--name', 'storm'];
      return (await runCommand('./emberlab', token, { env })).stdout.trim();
    };
    const token = await addUser('ada@example.org', '--admin');
    const guests = ['cem@example.org', 'dot@example.org'];
    for (const guest of guests) await addUser(guest);
    for (const replica of replicas) await replica.start(settings);
    const origin = `http://127.0.0.1:${one.port}`;
    const ada: Client = createClient({ baseUrl: origin, token, fetch: http.fetch });
    await vi.waitFor(
      async () => {
        const { current } = await ada.call('environment.get', { params: { project } });
        if (current?.state !== 'ready') throw new Error('the environment is not ready');
      },
      { timeout: 240_000, interval: 200 },
    );
    const processOf = () => {
      const pid = Number(ask('select coalesce(max(pid), 0) from servers where ended_at is null'));
      return pid > 0 && existsSync(`/proc/${pid}`) ? pid : null;
    };
    const folder = join(one.data, 'projects', project);
    const read = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null);
    headers = { authorization: `Bearer ${token}` };
    const livy = async (method: string, path: string, body?: unknown) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await http
        .fetch(`${origin}/livy/${project}${path}`, { method, headers, ...sent })
        .catch(() => null);
      return answer === null || answer.status >= 500 ? null : { status: answer.status, body: await answer.json() };
    };
    page = listener(ada, project, async (signal) => {
      const { body } = await fetch(`${origin}/api/v1/projects/${project}/events`, { headers, signal });
      if (body === null) throw new Error('no stream');
      return body;
    });
    const own = () => seeded(random.between(0, 2 ** 31));
    people = [
      host(ada, own(), project, guests),
      archivist(ada, own(), project, read),
      notebookUser(ada, own(), project, processOf),
      await runner(ada, own(), project, folder),
      analyst(livy, own()),
      page,
    ];
  });
  afterAll(async () => {
    await page?.stop();
    await replicas?.[1].stop();
    await replicas?.[0].remove();
    ask(`drop database if exists ${name} with (force)`, server);
  });

  /** Waits until all four serve: one control plane leads, and the other answers reads. */
  const whole = () =>
    vi.waitFor(
      async () => {
        const ready = await fetch(`http://127.0.0.1:${replicas[0].port}/readyz`, {
          signal: AbortSignal.timeout(10_000),
        });
        const controls = replicas.map((replica) => replica.pids().control);
        const edges = replicas.map((replica) => replica.pids().edge);
        const log = replicas[0].log('edge').split('\n');
        const listens = (pid: number) =>
          log.some((line) => line.includes(`"pid":${pid},`) && line.includes('edge listens'));
        const run = join(replicas[0].data, 'run');
        const { pid: leader } = JSON.parse(readFileSync(join(run, 'leader.json'), 'utf8')) as { pid: number };
        const readers = readdirSync(join(run, 'readers')).filter((file) => file.endsWith('.json'));
        const follower = controls.find((pid) => pid !== leader);
        if (
          ready.status !== 200 ||
          !edges.every(listens) ||
          !controls.includes(leader) ||
          !readers.includes(`${follower}.json`)
        ) {
          throw new Error(`led by ${leader}, of ${controls.join()}; read at ${readers.join()}; edges ${edges.join()}`);
        }
        return leader;
      },
      { timeout: 180_000, interval: 50 },
    );

  it(
    'start nothing twice, lose nothing that was answered and no event, and answer every read',
    { timeout: seconds * 1000 + 600_000 },
    async () => {
      const over = performance.now() + seconds * 1000;
      const { acted, done } = everybodyWorks(people, over);
      const struck = new Map<string, number>();
      const storm = (async () => {
        while (performance.now() < over) {
          // Each once, in an order of the seed.
          const round = (['leader', 'follower', 'edge of one', 'edge of the other'] as const)
            .map((target) => ({ target, at: random.next() }))
            .toSorted((a, b) => a.at - b.at);
          for (const { target } of round) {
            await pause(random.between(500, 3000));
            const leader = await whole();
            const controls = replicas.map((replica) => replica.pids().control);
            const pid = {
              leader,
              follower: controls.find((one) => one !== leader) ?? 0,
              'edge of one': replicas[0].pids().edge,
              'edge of the other': replicas[1].pids().edge,
            }[target];
            http.struck(target);
            process.kill(pid, 'SIGKILL');
            struck.set(target, (struck.get(target) ?? 0) + 1);
          }
        }
      })();
      await Promise.all([done, storm]);
      await whole();
      const { problems: failed, said } = http.told();
      process.stdout.write(`struck: ${JSON.stringify([...struck])}; done: ${JSON.stringify([...acted])}; ${said}\n`);
      const problems = await Promise.all(people.map((person) => person.compare()));
      expect([...new Set([...failed, ...problems.flat()])]).toEqual([]);
      expect([...acted.values()].every((count) => count > 0)).toBe(true);
    },
  );

  it('answer reads while the one that leads stands still', { timeout: 120_000 }, async () => {
    const leader = await whole();
    process.kill(leader, 'SIGSTOP');
    try {
      const answer = await http.fetch(`http://127.0.0.1:${replicas[0].port}/api/v1/projects`, { headers });
      expect(await answer.json()).toMatchObject({ items: [{ name: project }] });
    } finally {
      process.kill(leader, 'SIGCONT');
    }
  });

  it('let the one that is left go on alone, and the next one come', { timeout: 120_000 }, async () => {
    const { status } = await http.fetch(`http://127.0.0.1:${replicas[0].port}/readyz`);
    expect(status).toBe(200);
    await replicas[0].stop();
    expect((await http.fetch(`http://127.0.0.1:${replicas[0].port}/readyz`)).status).toBe(200);
    await replicas[0].start(settings);
    await whole();
    expect(http.told().problems).toEqual([]);
  });
});
