import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { listProcesses, processesOf } from './leftovers.ts';
import { runCommand, type Platform } from './platform.ts';

export type Session = { id: number; state: string; log: string[] };
type Output = {
  status: 'ok' | 'error';
  ename?: string;
  evalue?: string;
  traceback?: string[];
  data?: Record<string, unknown>;
};
export type Statement = { id: number; state: string; output: Output | null };
export type Gateway = Awaited<ReturnType<typeof openGateway>>;

/** What is told of an end is there well before this, ms; a busy machine gets the time it needs. */
export const patience = 60_000;
export const startPatience = 180_000;

/** Starts a prepared platform, with an administrator, and speaks to its Livy gateway as her. */
export async function openGateway(platform: Platform, settings: Readonly<Record<string, string>> = {}) {
  const account = ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'];
  await runCommand('./emberlab', account, { env: platform.env, input: 'correct horse battery\n' });
  const made = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'faults'], {
    env: platform.env,
  });
  const token = made.stdout.trim();
  await platform.start(settings);

  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${platform.port}/livy/demo${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const stateOf = async (id: number | string) => ((await ask('GET', `/sessions/${id}/state`)).body as Session).state;
  const statement = async (id: number, number: number) =>
    (await ask('GET', `/sessions/${id}/statements/${number}`)).body as Statement;
  const statements = async (id: number) =>
    ((await ask('GET', `/sessions/${id}/statements`)).body as { statements: Statement[] }).statements;
  const result = async (id: number, number: number, timeout = startPatience): Promise<Statement> => {
    await expect
      .poll(async () => (await statement(id, number)).state, { timeout, interval: 50 })
      .toMatch(/available|cancelled/);
    return statement(id, number);
  };

  return {
    /** hers, for the API */
    token,
    ask,
    stateOf,
    /** The statement as it is now, or when it has ended, a few seconds later at most. */
    statement,
    /** The statements as they are now. */
    statements,
    /** The statement when it has ended. */
    result,

    /** Waits until the project's environment is there: until then, sessions are refused. Answers the first session. */
    async firstSession(body: Record<string, unknown> = {}): Promise<Session> {
      const create = async () => {
        const { status, body: session } = await ask('POST', '/sessions', { ...smallSession, ...body });
        if (status !== 201) throw new Error(`status ${status}: ${JSON.stringify(session)}`);
        return session as Session;
      };
      return vi.waitFor(create, { timeout: 240_000, interval: 500 });
    },

    create: async (body: Record<string, unknown> = {}) =>
      (await ask('POST', '/sessions', { ...smallSession, ...body })).body as Session,

    idle: (id: number | string) =>
      expect.poll(() => stateOf(id), { timeout: startPatience, interval: 100 }).toBe('idle'),

    /** Waits until a session is dead and nothing of it is left. Answers its last lines. */
    async dead(id: number): Promise<string> {
      await expect.poll(() => stateOf(id), { timeout: patience, interval: 50 }).toBe('dead');
      await expect.poll(() => processesOf(join(platform.data, `sessions/${id}/`)), { timeout: patience }).toEqual([]);
      return ((await ask('GET', `/sessions/${id}`)).body as Session).log.join('\n');
    },

    submit: async (id: number, code: string, kind = 'pyspark') =>
      ((await ask('POST', `/sessions/${id}/statements`, { code, kind })).body as Statement).id,

    /** Waits until the session has begun to run a statement. */
    runs: (id: number, number: number) =>
      expect
        .poll(async () => (await statements(id)).find((one) => one.id === number)?.state, {
          timeout: patience,
          interval: 50,
        })
        .toBe('running'),

    /** The text of a statement, when it has ended. */
    textOf: async (id: number, number: number, timeout?: number) =>
      (await result(id, number, timeout)).output?.data?.['text/plain'],

    /** The processes of a session whose command line is so. */
    pids: (id: number, pattern: RegExp) =>
      listProcesses(platform.data)
        .filter(({ command }) => command.includes(`sessions/${id}/`) && pattern.test(command))
        .map(({ pid }) => pid),

    /** Ends all sessions, and waits until nothing runs but the platform itself. */
    async endAll(): Promise<void> {
      const { sessions } = (await ask('GET', '/sessions')).body as { sessions: Session[] };
      for (const { id } of sessions) await ask('DELETE', `/sessions/${id}`);
      await expect
        .poll(() => processesOf(platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line)), {
          timeout: patience,
        })
        .toEqual([]);
    },
  };
}

const smallSession = { kind: 'pyspark', driverMemory: '700m', driverCores: 1 };

/** The two processes of a session's driver, by their command lines. */
export const jvm = /\bjava .*SparkSubmit/;
export const agent = /python\S* \S*emberlab_driver\/__main__\.py/;
