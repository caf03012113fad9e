import type { RequestOptions } from 'node:https';
import { Duplex } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { WebSocket, type RawData } from 'ws';

const handshakeMs = 10_000;
/** What each message begins with, and then what comes first in each direction: the port, in two bytes. */
const channels = { data: 0, error: 1 };
const portBytes = 2;

/** Opens what the API server has at a path as a WebSocket, with whatever the settings of the cluster show it. */
export async function openSocket(config: KubeConfig, path: string): Promise<WebSocket> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster.');
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return new WebSocket(server.replace(/^http/, 'ws').replace(/\/+$/, '') + path, ['v4.channel.k8s.io'], {
    ...(options as object),
    handshakeTimeout: handshakeMs,
  });
}

/** A connection to a Pod's port through the API server, over a socket to its `portforward`. It ends as a whole: there is no half of it. */
export function forwardPort(open: () => Promise<WebSocket>): Duplex {
  let socket: WebSocket | null = null;
  const headed = new Set<number>();

  const take = (stream: Duplex, message: RawData) => {
    const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer);
    const channel = bytes[0] ?? -1;
    const isFirst = !headed.has(channel);
    headed.add(channel);
    const content = bytes.subarray(isFirst ? 1 + portBytes : 1);
    if (content.length === 0) return;
    if (channel === channels.error) stream.destroy(new Error(content.toString('utf8').slice(0, 300)));
    else if (channel === channels.data && !stream.push(content)) socket?.pause();
  };

  /** Calls `ready` once, with what kept it from being opened; what comes later ends the stream. */
  async function begin(stream: Duplex, ready: (error?: Error | null) => void): Promise<void> {
    let answered = false;
    const tell = (error?: Error) => {
      if (answered) stream.destroy(error);
      else ready(error ?? null);
      answered = true;
    };
    try {
      const opened = await open();
      socket = opened;
      opened.once('open', () => tell());
      opened.on('error', tell);
      opened.on('message', (message) => take(stream, message));
      opened.once('close', () => {
        if (answered) stream.push(null);
        else tell(new Error('The connection was closed.'));
      });
    } catch (error) {
      tell(error as Error);
    }
  }

  return new Duplex({
    construct(callback) {
      void begin(this, callback);
    },
    read() {
      if (socket?.isPaused === true) socket.resume();
    },
    write(chunk: Buffer, _encoding, callback) {
      socket?.send(Buffer.concat([Buffer.of(channels.data), chunk]), callback);
    },
    destroy(error, callback) {
      socket?.terminate();
      callback(error);
    },
  });
}
