import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Application } from '../model.ts';
import type { ControlFrame } from '../link/frames.ts';
import { decodeTunnelFrame, encodeTunnelFrame, windowBytes } from '../link/tunnel-frames.ts';

export const testApplication: Application = {
  id: 'local-1',
  name: 'test',
  sparkVersion: '4.3.0',
  pythonVersion: '3.11.2',
  uiAvailable: true,
  startedAt: 1,
};

export type FakeAgent = Awaited<ReturnType<typeof dialIn>>;

/** Opens a connection as an agent does. Rejects with the status where the answer is not a WebSocket. */
export async function dial(socketPath: string, secret: string, path = '/agent/v1/connect'): Promise<WebSocket> {
  const socket = new WebSocket(`ws+unix:${socketPath}:${path}`, ['emberlab-agent.1'], {
    headers: { authorization: `Bearer ${secret}` },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', () => {});
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`status ${response.statusCode}`));
    });
  });
  return socket;
}

/** An agent that does what a test says: it records what it is told, and says what it is made to say. */
export async function dialIn(options: {
  socketPath: string;
  secret: string;
  sessionId: number;
  application?: Application | null;
  holds?: { id: number; state: string }[];
  /** the rows of statements, by id */
  rows?: ReadonlyMap<number, Buffer>;
  /** the port on which this agent's "Spark UI" listens */
  uiPort?: number;
}) {
  const socket = await dial(options.socketPath, options.secret);
  const received: ControlFrame[] = [];
  const waiting = new Set<() => void>();
  const streams = new Map<number, Socket>();

  socket.on('message', (data: Buffer, binary) => {
    if (binary) return onTunnel(data);
    received.push(JSON.parse(data.toString()) as ControlFrame);
    for (const check of waiting) check();
  });
  socket.on('close', () => {
    for (const stream of streams.values()) stream.destroy();
  });

  /** files on their way, by stream; each goes on with a credit */
  const resumeRows = new Map<number, (credit: number) => void>();
  const sendRows = (stream: number, rows: Buffer | undefined) => {
    if (rows === undefined) return socket.send(encodeTunnelFrame({ op: 'reset', stream }));
    let sent = 0;
    let allowed = windowBytes;
    const goOn = (more: number) => {
      allowed += more;
      while (allowed > 0 && sent < rows.length) {
        const bytes = rows.subarray(sent, sent + Math.min(allowed, 100_000));
        sent += bytes.length;
        allowed -= bytes.length;
        socket.send(encodeTunnelFrame({ op: 'data', stream, bytes }));
      }
      if (sent < rows.length) return;
      resumeRows.delete(stream);
      socket.send(encodeTunnelFrame({ op: 'end', stream }));
    };
    resumeRows.set(stream, goOn);
    goOn(0);
  };

  /** what this side may still send, by stream */
  const credit = new Map<number, number>();
  // The other end of the tunnel, with plain sockets; credits follow what the local server has taken.
  const onTunnel = (data: Buffer) => {
    const frame = decodeTunnelFrame(data);
    if (frame === null) throw new Error('not a frame');
    const id = frame.stream;
    if (frame.op === 'open') {
      if (frame.target.startsWith('arrow/')) return sendRows(id, options.rows?.get(Number(frame.target.slice(6))));
      if (options.uiPort === undefined) return socket.send(encodeTunnelFrame({ op: 'reset', stream: id }));
      const local = connect({ port: options.uiPort, host: '127.0.0.1', allowHalfOpen: true });
      streams.set(id, local);
      local.on('data', (bytes: Buffer) => {
        const state = credit.get(id) ?? windowBytes;
        credit.set(id, state - bytes.length);
        socket.send(encodeTunnelFrame({ op: 'data', stream: id, bytes }));
        if (state - bytes.length <= windowBytes / 2) local.pause();
      });
      local.on('end', () => socket.send(encodeTunnelFrame({ op: 'end', stream: id })));
      local.on('error', () => socket.send(encodeTunnelFrame({ op: 'reset', stream: id })));
      local.on('close', () => streams.delete(id));
      return;
    }
    if (frame.op === 'credit') resumeRows.get(id)?.(frame.credit);
    if (frame.op === 'reset' || frame.op === 'end') resumeRows.delete(id);
    const local = streams.get(id);
    if (local === undefined) return;
    if (frame.op === 'data') {
      local.write(frame.bytes, () =>
        socket.send(encodeTunnelFrame({ op: 'credit', stream: id, credit: frame.bytes.length })),
      );
    } else if (frame.op === 'end') local.end();
    else if (frame.op === 'reset') local.destroy();
    else if (frame.op === 'credit') {
      credit.set(id, (credit.get(id) ?? windowBytes) + frame.credit);
      local.resume();
    }
  };

  const say = (frame: Record<string, unknown>) => socket.send(JSON.stringify(frame));
  say({
    type: 'hello',
    protocol: 1,
    sessionId: options.sessionId,
    pid: 1,
    state: options.application === undefined ? 'starting' : 'idle',
    application: options.application ?? null,
    statements: options.holds ?? [],
  });

  return {
    socket,
    received,
    say,
    streams,
    /** how many files are on their way */
    rowsOnTheirWay: () => resumeRows.size,
    /** Resolves with the first frame, received already or later, of which `matches` is true. */
    heard<T extends ControlFrame['type']>(
      type: T,
      matches: (frame: Extract<ControlFrame, { type: T }>) => boolean = () => true,
    ): Promise<Extract<ControlFrame, { type: T }>> {
      return new Promise((resolve) => {
        const check = () => {
          for (const frame of received) {
            if (frame.type === type && matches(frame as Extract<ControlFrame, { type: T }>)) {
              waiting.delete(check);
              return resolve(frame as Extract<ControlFrame, { type: T }>);
            }
          }
        };
        waiting.add(check);
        check();
      });
    },
    ready: () => say({ type: 'ready', application: options.application ?? testApplication }),
    /** Ends a statement with a text. */
    answer(id: number, text = '', at = 1000) {
      say({ type: 'started', id, startedAt: at });
      const output = { status: 'ok', execution_count: id, data: { 'text/plain': text } };
      say({ type: 'result', id, state: 'available', output, startedAt: at, completedAt: at + 1 });
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.terminate();
      await once(socket, 'close');
    },
  };
}
