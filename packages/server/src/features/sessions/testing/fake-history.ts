import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EngineError, type DriverExit, type DriverHandle, type HistoryEngine } from '../../../engines/engine.ts';
import type { ProcessIdentity } from '../../../lib/process.ts';

type FakeServer = {
  readonly handle: ProcessIdentity;
  readonly http: Server;
  readonly port: number;
  end(how: DriverExit): Promise<void>;
};

/** The part of the fake engine that shows finished applications: web servers of this process with a page that says what was asked. */
export function fakeHistory(folder: string) {
  const servers = new Map<number, FakeServer>();
  const asked: Pick<IncomingMessage, 'url' | 'headers'>[] = [];
  const state = {
    launches: 0,
    /** why none can be started */
    refusal: null as string | null,
    /** whether those that are started listen at all */
    deaf: false,
    /** what ends a new one at once */
    crash: null as DriverExit | null,
  };
  let pid = 200_000;
  const byHandle = (handle: DriverHandle) =>
    [...servers].find(([, one]) => 'pid' in handle && one.handle.pid === handle.pid);

  const engine: HistoryEngine = {
    async launch({ sessionId }) {
      if (state.refusal !== null) throw new EngineError(state.refusal);
      state.launches += 1;
      const http = createServer((incoming, outgoing) => {
        asked.push({ url: incoming.url, headers: incoming.headers });
        outgoing.end(`<h1>${incoming.url}</h1>`);
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      const { promise: exited, resolve } = Promise.withResolvers<DriverExit>();
      const server: FakeServer = {
        handle: { pid: ++pid, startTicks: '1' },
        http,
        port: (http.address() as AddressInfo).port,
        async end(how) {
          servers.delete(sessionId);
          http.closeAllConnections();
          await new Promise((done) => http.close(done));
          resolve(how);
        },
      };
      servers.set(sessionId, server);
      if (state.crash !== null) await server.end(state.crash);
      return { handle: server.handle, exited };
    },
    find: async (sessionId) => servers.get(sessionId)?.handle ?? null,
    async addressOf(sessionId) {
      const server = servers.get(sessionId);
      return server === undefined || state.deaf
        ? null
        : { port: server.port, headers: { authorization: 'Bearer its' } };
    },
    async end(handle) {
      await byHandle(handle)?.[1].end({ code: null, signal: 'SIGKILL' });
    },
    clean: async () => {},
    log: (sessionId) => join(folder, String(sessionId), 'history.log'),
  };

  return {
    engine,
    state,
    asked,
    running: () => [...servers.keys()],
    isAlive: (handle: DriverHandle) => byHandle(handle) !== undefined,
    /** Ends a server as the machine might. */
    kill: (sessionId: number) => servers.get(sessionId)?.end({ code: null, signal: 'SIGKILL' }),
  };
}
