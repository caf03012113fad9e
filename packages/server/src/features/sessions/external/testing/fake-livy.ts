import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as readJson } from 'node:stream/consumers';

// What Livy says has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Body = any;

export type Asked = { method: string; path: string; body: Body; headers: IncomingMessage['headers'] };

type Statement = {
  id: number;
  code: string;
  state: string;
  output: unknown;
  progress: number;
  started: number;
  completed: number;
};
export type FakeSession = {
  id: number;
  name: string | null;
  state: string;
  body: Body;
  log: string[];
  appInfo: Body;
  appId: string | null;
  statements: Statement[];
};

/** What a test lets happen to a request instead of Livy's answer: `true` when it has answered by itself, or lets nobody. */
type Intercept = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * A server that speaks Livy's dialect over HTTP as version 0.7 does: its ids begin at 0, its errors are objects or bare strings, it keeps no session that was
 * deleted, and it keeps what a refused batch leaves behind.
 */
export async function fakeLivy(options: { path?: string; login?: string } = {}) {
  const base = options.path ?? '';
  const asked: Asked[] = [];
  const waiting = new Set<() => void>();
  const state = {
    sessions: [] as FakeSession[],
    batches: [] as FakeSession[],
    intercept: null as Intercept | null,
    nextSession: 0,
    nextBatch: 0,
  };

  const show = (session: FakeSession, batch: boolean) => ({
    id: session.id,
    name: session.name,
    appId: session.appId,
    owner: null,
    proxyUser: session.body.proxyUser ?? null,
    state: session.state,
    ...(batch ? {} : { kind: session.body.kind }),
    appInfo: session.appInfo,
    log: session.log,
  });

  const make = (body: Body, batch: boolean): FakeSession => ({
    id: batch ? state.nextBatch++ : state.nextSession++,
    name: body.name ?? null,
    state: 'starting',
    body,
    log: ['stdout: ', '\nstderr: '],
    appInfo: { driverLogUrl: null, sparkUiUrl: null },
    appId: null,
    statements: [],
  });

  const known = { session: ['kind', 'heartbeatTimeoutInSecond'], batch: ['file', 'className', 'args'] };
  const common =
    'proxyUser jars pyFiles files archives driverMemory driverCores executorMemory executorCores numExecutors queue name conf'.split(
      ' ',
    );

  const answer = (
    { method, path, body }: Asked,
    say: (status: number, body: unknown, headers?: Record<string, string>) => void,
  ) => {
    const url = new URL(path, 'http://livy');
    const [, word = '', key, sub, n, verb] = url.pathname.split('/');
    if (path === '/version')
      return say(200, { url: '', branch: '', revision: '', version: '0.7.1-incubating', date: '', user: 'x' });
    if (word !== 'sessions' && word !== 'batches') return say(404, '');
    const batch = word === 'batches';
    const all = batch ? state.batches : state.sessions;
    if (key === undefined) {
      if (method === 'GET') {
        const from = Number(url.searchParams.get('from') ?? 0);
        const size = Number(url.searchParams.get('size') ?? 100);
        return say(200, {
          from,
          total: all.length,
          sessions: all.slice(from, from + size).map((one) => show(one, batch)),
        });
      }
      const unknown = Object.keys(body).find(
        (name) => ![...common, ...known[batch ? 'batch' : 'session']].includes(name),
      );
      if (unknown !== undefined) return say(400, `Unrecognized field "${unknown}"\n at [Source: (HttpInput)]`);
      const session = make(body, batch);
      const same = all.find((one) => one.name !== null && one.name === session.name);
      if (same !== undefined)
        return say(400, { msg: `Duplicate session name: Some(${session.name}) for session ${same.id}` });
      if (JSON.stringify(body).includes('/refused')) {
        all.push(session);
        return say(400, { msg: 'requirement failed: Local path /refused cannot be added to user sessions.' });
      }
      all.push(session);
      return say(201, show(session, batch), { location: `/${word}/${session.id}` });
    }
    const session = all.find((one) => String(one.id) === key || one.name === key);
    if (session === undefined) return say(404, { msg: `Session '${key}' not found.` });
    if (sub === undefined) {
      if (method === 'GET') return say(200, show(session, batch));
      all.splice(all.indexOf(session), 1);
      return say(200, { msg: 'deleted' });
    }
    if (sub === 'state') return say(200, { id: session.id, state: session.state });
    if (sub === 'log') {
      const total = session.log.length;
      const size = Number(url.searchParams.get('size') ?? 100);
      const from = Math.max(Number(url.searchParams.get('from') ?? (size < 0 ? 0 : total - size)), 0);
      return say(200, {
        id: session.id,
        from,
        total,
        log: session.log.slice(from, size < 0 ? undefined : from + size),
      });
    }
    if (sub === 'connect') return say(200, show(session, batch));
    if (sub === 'completion') return say(200, { candidates: [`${body.code}@${body.cursor}`] });
    if (sub.startsWith('add-')) return say(200, { added: body.uri });
    if (sub !== 'statements') return say(404, '');
    if (n === undefined && method === 'GET') {
      return say(200, { total_statements: session.statements.length, statements: session.statements });
    }
    if (n === undefined) {
      if (!['idle', 'busy'].includes(session.state)) {
        return say(500, `java.lang.IllegalStateException: Session is in state ${session.state}`);
      }
      const id = session.statements.length;
      const statement = { id, code: body.code, state: 'waiting', output: null, progress: 0, started: 0, completed: 0 };
      session.statements.push(statement);
      return say(201, statement, { location: `/sessions/${session.id}/statements/${id}` });
    }
    const statement = session.statements[Number(n)];
    if (statement === undefined) return say(404, 'Statement not found');
    if (verb === 'cancel') {
      statement.state = 'cancelled';
      return say(200, { msg: 'canceled' });
    }
    return say(200, statement);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const text = request.headers['content-length'] === undefined ? undefined : await readJson(request);
    const path = (request.url ?? '').slice(base.length);
    const one: Asked = { method: request.method ?? '', path, body: text, headers: request.headers };
    asked.push(one);
    for (const check of waiting) check();
    if ((await state.intercept?.(one, response)) === true) return;
    const say = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      void response
        .writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers })
        .end(body === '' ? '' : JSON.stringify(body));
    if (!(request.url ?? '').startsWith(base)) say(404, '');
    else if (options.login !== undefined && request.headers.authorization !== options.login) say(401, '');
    else answer(one, say);
  };

  const listen = async (port: number): Promise<Server> => {
    const server = createServer((request, response) => void serve(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close').catch(() => undefined);
  };

  return {
    url: `http://127.0.0.1:${port}${base}`,
    host: `127.0.0.1:${port}`,
    state,
    asked,
    /** what was asked since this was called last, as `METHOD path` */
    heard: () => asked.splice(0).map(({ method, path }) => `${method} ${path}`),

    /** Lets a session of its own, or of somebody else, be there. */
    seed(body: Body = { kind: 'pyspark' }, session: Partial<FakeSession> = {}): FakeSession {
      const made = { ...make(body, false), state: 'idle', ...session };
      state.sessions.push(made);
      return made;
    },

    /** Resolves when a request has come that is as `matches` says. */
    until(matches: (one: Asked) => boolean): Promise<Asked> {
      return new Promise((resolve) => {
        const check = () => {
          const found = asked.find(matches);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },

    /** Nobody listens any more; what runs goes on. */
    stop,
    /** It listens at the same address again. */
    async resume() {
      server = await listen(port);
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

export type FakeLivy = Awaited<ReturnType<typeof fakeLivy>>;
