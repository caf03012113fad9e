import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { createClient, type Client } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { processesOf } from '../leftovers.ts';
import { Platform, runCommand } from '../platform.ts';
import { analyst } from './analyst.ts';
import { archivist, host, keyMaker, notebookUser, type Person } from './people.ts';
import { seeded } from './random.ts';
import { everybodyWorks } from './work.ts';

/** `./test storm` asks for ten minutes. */
const seconds = Number(process.env['EMBERLAB_TEST_STORM_SECONDS'] ?? 60);
const seed = Number(process.env['EMBERLAB_TEST_STORM_SEED'] ?? Date.now() % 1_000_000);
const project = 'demo';

/**
 * People work, and the platform's processes are killed at random moments. Whatever was answered is so at the end; every statement has run once; servers that
 * should run are the processes that they were; and nothing is left of what was stopped.
 */
describe('a storm', () => {
  let platform: Platform;
  let people: Person[];
  const clients: Client[] = [];
  const random = seeded(seed);

  const addUser = async (email: string, admin: boolean): Promise<string> => {
    const user = ['user', 'add', email, ...(admin ? ['--admin'] : []), '--password-stdin'];
    await runCommand('./emberlab', user, { env: platform.env, input: 'correct horse battery\n' });
    const made = await runCommand('./emberlab', ['token', 'create', '--user', email, '--name', 'storm'], {
      env: platform.env,
    });
    return made.stdout.trim();
  };
  const query = <T>(sql: string): T[] => {
    using database = new DatabaseSync(join(platform.data, 'emberlab.db'), { timeout: 20_000 });
    return database.prepare(sql).all() as T[];
  };

  beforeAll(async () => {
    process.stdout.write(`a storm of ${seconds} s; again with EMBERLAB_TEST_STORM_SEED=${seed}\n`);
    platform = await Platform.prepare();
    const origin = `http://127.0.0.1:${platform.port}`;
    const tokens = [await addUser('ada@example.org', true), await addUser('bob@example.org', false)];
    const guests = ['cem@example.org', 'dot@example.org', 'eve@example.org'];
    for (const guest of guests) await addUser(guest, false);
    await platform.start();
    clients.push(...tokens.map((token) => createClient({ baseUrl: origin, token })));
    const [ada, bob] = clients as [Client, Client];
    // The project itself is made a moment after the start.
    await vi.waitFor(
      async () => {
        const { current } = await ada.call('environment.get', { params: { project } });
        if (current?.state !== 'ready') throw new Error('the environment is not ready');
      },
      { timeout: 240_000, interval: 200 },
    );
    await ada.call('projects.addMembers', {
      params: { project },
      body: { members: [{ email: 'bob@example.org', role: 'editor' }] },
    });
    const processOf = (email: string) => () => {
      const [server] = query<{ pid: number | null }>(
        `select pid from servers join users on users.id = servers.user_id where email = '${email}' and ended_at is null`,
      );
      const pid = server?.pid ?? null;
      return pid !== null && existsSync(`/proc/${pid}`) ? pid : null;
    };
    const open = async (token: string) =>
      (await fetch(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    const read = (path: string) => {
      const file = join(platform.data, 'projects', project, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    };
    const livy = async (method: string, path: string, body?: unknown) => {
      try {
        const answer = await fetch(`${origin}/livy/${project}${path}`, {
          method,
          headers: { authorization: `Bearer ${tokens[0]}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return answer.status >= 500 ? null : { status: answer.status, body: (await answer.json()) as unknown };
      } catch {
        return null;
      }
    };
    // Tokens are made by people who are logged in.
    const login = await fetch(`${platform.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: platform.url },
      body: JSON.stringify({ email: 'ada@example.org', password: 'correct horse battery' }),
    });
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const browser = createClient({
      baseUrl: platform.url,
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('cookie', cookie);
        headers.set('origin', platform.url);
        return fetch(input, { ...init, headers });
      },
    });
    const own = () => seeded(random.between(0, 2 ** 31));
    people = [
      host(ada, own(), project, guests),
      keyMaker(browser, own(), open),
      archivist(bob, own(), project, read),
      notebookUser(ada, own(), project, processOf('ada@example.org')),
      notebookUser(bob, own(), project, processOf('bob@example.org')),
      analyst(livy, own()),
    ];
  });
  afterAll(async () => {
    await platform?.remove();
  });

  /** Waits until somebody answers requests again. */
  const well = () =>
    vi.waitFor(
      async () => {
        const { status } = await fetch(`http://127.0.0.1:${platform.port}/readyz`);
        if (status !== 200) throw new Error(`status ${status}`);
      },
      { timeout: 60_000, interval: 20 },
    );
  const strike = async () => {
    const target = random.pick(['control', 'control', 'control', 'edge', 'edge', 'all'] as const);
    if (target === 'all') {
      await platform.kill();
      await pause(random.between(0, 2000));
      await platform.start();
    } else {
      // It may just be started again after the last time.
      const pid = platform.pids()[target];
      if (pid > 0) process.kill(pid, 'SIGKILL');
    }
    await well();
    return target;
  };

  it(
    'takes nothing that was answered, and stops nothing that should run',
    { timeout: seconds * 1000 + 600_000 },
    async () => {
      const over = performance.now() + seconds * 1000;
      const { acted, done } = everybodyWorks(people, over);
      const struck = new Map<string, number>();
      const storm = (async () => {
        while (performance.now() < over) {
          await pause(random.between(200, 9000));
          const target = await strike();
          struck.set(target, (struck.get(target) ?? 0) + 1);
        }
      })();
      await Promise.all([done, storm]);
      process.stdout.write(`struck: ${JSON.stringify([...struck])}; done: ${JSON.stringify([...acted])}\n`);
      await well();
      const problems = await Promise.all(people.map((person) => person.compare()));
      expect([...new Set(problems.flat())]).toEqual([]);
      expect(query('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      expect(query('pragma foreign_key_check')).toEqual([]);
      expect([...acted.values()].every((count) => count > 0)).toBe(true);
    },
  );

  it('leaves nothing of what is stopped', { timeout: 300_000 }, async () => {
    const params = { project };
    for (const client of clients) await client.call('jupyter.stop', { params }).catch(() => undefined);
    const { items } = await (clients[0] as Client).call('sessions.list', { params });
    for (const { id, endedAt } of items) {
      if (endedAt === null) await (clients[0] as Client).call('sessions.stop', { params: { project, id } });
    }
    const others = () => processesOf(platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line));
    await expect.poll(others, { timeout: 120_000 }).toEqual([]);
    const ofMembers = () => {
      const numbers = new Set(
        query<{ unix_id: number }>("select unix_id from unix_accounts where kind = 'member'").map(
          ({ unix_id }) => unix_id,
        ),
      );
      return readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && numbers.has(statSync(`/proc/${pid}`).uid);
        } catch {
          return false;
        }
      });
    };
    await expect.poll(ofMembers, { timeout: 60_000 }).toEqual([]);
    const groups = join(platform.data, 'run/groups');
    await expect.poll(() => (existsSync(groups) ? readdirSync(groups) : []), { timeout: 60_000 }).toEqual([]);
  });
});
