import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { identify } from '@emberlab/server/measure';
import { WebSocket } from 'ws';

/**
 * The Jupyter servers and Spark drivers of a simulated platform, all in this process, at one Unix socket: `world.program.ts SOCKET`. Servers answer what control asks of real ones, with what
 * an idle one says; drivers' agents dial in, are idle, and end when they are told to. It says who it is (`{pid, startTicks}`) once it listens, and ends with its standard input.
 */
/** as our extension in Jupyter */
const heldMs = 55_000;

const [, , socketPath] = process.argv;
if (socketPath === undefined) throw new Error('no socket');

const agents = new Map<number, WebSocket>();
const watchers = new Set<(sessionId: number) => void>();

function dial({ sessionId, agentUrl, secret }: { sessionId: number; agentUrl: string; secret: string }): void {
  const socket = new WebSocket(`${agentUrl.replace(/^unix:/, 'ws+unix:')}:/agent/v1/connect`, ['emberlab-agent.1'], {
    headers: { authorization: `Bearer ${secret}` },
    perMessageDeflate: false,
  });
  agents.set(sessionId, socket);
  const application = {
    id: `local-${sessionId}`,
    name: `simulated ${sessionId}`,
    sparkVersion: '4.3.0',
    pythonVersion: '3.11.2',
    uiAvailable: false,
    startedAt: Date.now(),
  };
  const tell = (frame: Record<string, unknown>) => socket.send(JSON.stringify(frame));
  socket.on('open', () =>
    tell({ type: 'hello', protocol: 1, sessionId, pid: 1, state: 'idle', application, statements: [] }),
  );
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { type: string; id?: number };
    if (frame.type === 'stop') socket.close();
    if (frame.type !== 'run') return;
    const startedAt = Date.now();
    const output = { status: 'ok', execution_count: frame.id, data: { 'text/plain': '2' } };
    tell({ type: 'result', id: frame.id, state: 'available', output, startedAt, completedAt: Date.now() });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    agents.delete(sessionId);
    for (const tellEnd of watchers) tellEnd(sessionId);
  });
}

const idle = JSON.stringify({ kernels: [], terminals: [] });

createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://world');
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /emberlab/activity':
      response.end(idle);
      return;
    case 'GET /emberlab/runs': {
      const answer = setTimeout(() => response.end(`{"version":${url.searchParams.get('after')},"runs":[]}`), heldMs);
      response.on('close', () => clearTimeout(answer));
      return;
    }
    case 'POST /world/drivers':
      void text(request).then((body) => {
        dial(JSON.parse(body) as Parameters<typeof dial>[0]);
        response.end();
      });
      return;
    case 'POST /world/kill':
      agents.get(Number(url.searchParams.get('session')))?.terminate();
      response.end();
      return;
    case 'GET /world/ends': {
      const tellEnd = (sessionId: number) => void response.write(`${sessionId}\n`);
      watchers.add(tellEnd);
      response.on('close', () => watchers.delete(tellEnd));
      response.flushHeaders();
      return;
    }
    default:
      // Jupyter's status, which control waits for.
      response.end('{}');
  }
}).listen(socketPath, () => process.stdout.write(`${JSON.stringify(identify(process.pid))}\n`));

process.stdin.on('end', () => process.exit(0)).resume();
