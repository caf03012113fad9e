import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEdgeStore } from '../edge/store.ts';
import { createFeedServer } from '../edge/feed-server.ts';
import { runEdge } from '../edge/edge.ts';
import { systemClock } from '../lib/clock.ts';
import { openLog } from '../roles/log.ts';
import { testApp } from './app.ts';
import { makeCertificate } from './certificate.ts';

type Asking = { method?: string; headers?: Record<string, string | string[]>; body?: unknown };
export type StackAnswer = { status: number; headers: IncomingHttpHeaders; text: string };

const metricsToken = 'a-token-for-the-metrics';

/**
 * The edge and control as they run, on a real port and real sockets, with real logs; `https`: with TLS. What runs users' code is left to the tests.
 * `await using` ends all of it.
 */
export async function startStack({ https = false, trustedProxies = [] as readonly string[] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const tls = https ? await makeCertificate(folder) : null;
  const scheme = https ? 'https' : 'http';
  const appsOrigin = `${scheme}://{id}.apps.localhost:0`;
  const paths = {
    agentSocket: join(folder, 'agent.sock'),
    controlSocket: join(folder, 'control.sock'),
    edgeSocket: join(folder, 'edge.sock'),
    logs: folder,
  };
  const logs = { logLevel: 'info', metricsToken, databaseUrl: null, paths } as const;
  const [edgeLog, controlLog] = [await openLog(logs, 'edge'), await openLog(logs, 'control')];
  const edge = await runEdge(
    { host: '127.0.0.1', port: 0, publicOrigin: `${scheme}://localhost:0`, appsOrigin, tls, trustedProxies, paths },
    edgeLog,
    { graceMs: 500 },
  );
  stack.defer(() => edge.close());
  const { port } = edge.address;
  const origin = `${scheme}://localhost:${port}`;
  const kit = stack.use(
    await testApp({
      clock: systemClock,
      projectsFolder: folder,
      publicOrigin: origin,
      metricsToken,
      log: controlLog,
    }),
  );
  const feed = createFeedServer({
    socketPath: paths.edgeSocket,
    store: createEdgeStore(kit.db),
    appsOrigin: `${scheme}://{id}.apps.localhost:${port}`,
    clock: systemClock,
    log: controlLog,
    onSeen: async () => undefined,
    onReport: kit.metrics.observeEdge,
    onRefused: kit.audit.service.recordRefused,
  });
  stack.defer(() => feed.close());

  return {
    folder,
    kit,
    feed,
    port,
    origin,
    host: `localhost:${port}`,
    metricsToken,
    /** Begins to serve; routes of a test's own are registered before. */
    async serve() {
      await feed.listen();
      await kit.app.listen({ path: paths.controlSocket });
    },
    /** What has been logged until now, by both. */
    logged: () => ['edge', 'control'].map((role) => readFileSync(join(folder, `${role}.log`), 'utf8')).join(''),
    ask(host: string, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<StackAnswer> {
      const content = body === undefined ? undefined : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const send = https ? httpsRequest : httpRequest;
        const request = send({
          host: '127.0.0.1',
          port,
          path,
          method,
          agent: false,
          ...(tls === null ? {} : { ca: tls.pem, servername: host.replace(/:\d+$/, '') }),
          headers: { host, ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        });
        request.once('error', reject);
        request.once('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.once('error', reject);
          response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        });
        request.end(content);
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
