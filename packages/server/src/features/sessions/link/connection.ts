import type { WebSocket } from 'ws';
import type { Clock } from '../../../lib/clock.ts';
import { agentFrame, type ControlFrame, type Hello, type SessionFrame } from './frames.ts';
import type { Link } from './links.ts';
import { createQuestions } from './questions.ts';
import { decodeTunnelFrame, encodeTunnelFrame, type TunnelFrame } from './tunnel-frames.ts';
import { TunnelStream } from './tunnel-stream.ts';

/** So many frames may wait to be dealt with before the agent has to wait as well, and so many are left when it goes on. */
const mostWaiting = 100;
const fewWaiting = 20;
/** An agent that reads nothing for so long that this much waits for it is as good as gone, bytes. */
const mostUnreadBytes = 256 * 1024 * 1024;

/** Speaks the protocol on one WebSocket: frames in and out, questions, streams of the tunnel, pings. */
export function createConnection(options: {
  socket: WebSocket;
  clock: Clock;
  pingMs: number;
  silenceMs: number;
  /** Resolves when the frame has been dealt with; never rejects. */
  onFrame: (frame: Hello | SessionFrame) => Promise<void>;
  /** a text frame that can't be understood; the connection goes on, since the agent would only send it again */
  onNonsense: (problem: string) => void;
  onClose: () => void;
}): Link {
  const { socket, clock } = options;
  const streams = new Map<number, TunnelStream>();
  let lastStream = 0;
  // Pings, and no time, are what is counted: after this process or its machine stood still, what others said meanwhile is still to be read.
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };

  const write = (data: string | Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > mostUnreadBytes) return socket.terminate();
    socket.send(data);
  };

  const send = (frame: ControlFrame) => write(JSON.stringify(frame));
  const questions = createQuestions({ clock, send });

  let cancelPing = () => {};
  const ping = () => {
    cancelPing = clock.after(options.pingMs, () => {
      // One that has to wait can't be heard.
      if (!socket.isPaused && unanswered * options.pingMs >= options.silenceMs) return socket.terminate();
      if (socket.readyState === socket.OPEN) socket.ping();
      unanswered += 1;
      ping();
    });
  };
  ping();

  let waiting = 0;
  const dealWith = async (frame: Hello | SessionFrame) => {
    waiting += 1;
    if (waiting >= mostWaiting) socket.pause();
    await options.onFrame(frame);
    waiting -= 1;
    if (waiting > fewWaiting || !socket.isPaused) return;
    heard();
    socket.resume();
  };

  const onTunnel = (frame: TunnelFrame | null) => {
    if (frame !== null) streams.get(frame.stream)?.accept(frame);
  };

  socket.on('message', (data: Buffer, binary: boolean) => {
    heard();
    if (binary) return onTunnel(decodeTunnelFrame(data));
    const frame = agentFrame.safeParse(parseJson(data));
    if (!frame.success)
      options.onNonsense(frame.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    else if (frame.data.type === 'answer') questions.answered(frame.data);
    else void dealWith(frame.data);
  });
  socket.on('pong', heard);
  socket.on('ping', heard);
  // An error is always followed by close, which is handled.
  socket.on('error', () => {});
  socket.on('close', () => {
    cancelPing();
    questions.end();
    for (const stream of streams.values()) stream.destroy(new Error('The driver is not connected.'));
    options.onClose();
  });

  return {
    send,
    ask: (question, ms) => questions.ask(question, ms),
    openStream(target) {
      do lastStream = (lastStream + 1) >>> 0;
      while (streams.has(lastStream));
      const id = lastStream;
      const stream = new TunnelStream(id, (frame) => write(encodeTunnelFrame(frame)));
      streams.set(id, stream);
      stream.once('close', () => streams.delete(id));
      write(encodeTunnelFrame({ op: 'open', stream: id, target }));
      return stream;
    },
    close(code, reason) {
      socket.close(code, reason);
      // The closing handshake is the peer's to finish; one that hangs must not hold us.
      const cancel = clock.after(1000, () => socket.terminate());
      socket.once('close', cancel);
    },
  };
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}
