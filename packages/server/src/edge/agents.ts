import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config.ts';
import { endToEnd } from './headers.ts';
import { responseOn } from './pages.ts';
import { openTunnel, type Tunnel } from './websocket.ts';

/** Where agents of drivers dial in: see docs/developer/agent-protocol.md. */
const agentPath = '/agent/v1/connect';

export const isAgent = ({ method, url }: IncomingMessage): boolean => method === 'GET' && url === agentPath;

/** Under which names clusters reach us that have one of their own for it, as the header `Host` has them. */
export const agentHosts = (engines: Config['engines']): ReadonlySet<string> =>
  new Set(
    engines.flatMap((one) => ('agent_url' in one && one.agent_url !== null ? [new URL(one.agent_url).host] : [])),
  );

/** What of a request an agent needs to be known by; nothing else of it goes on. */
const passed = /^(?:authorization|sec-websocket-[a-z]+)$/;

/** Carries the connections of agents that come from other machines to control, which alone knows their secrets. */
export function createAgents(socketPath: string) {
  const tunnels = new Set<Tunnel>();
  return {
    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      const tunnel = openTunnel({
        request,
        socket,
        head,
        socketPath,
        headers: {
          ...endToEnd(request.rawHeaders, (name) => !passed.test(name)),
          host: 'localhost',
          connection: 'Upgrade',
          upgrade: 'websocket',
        },
        shape: (raw) => ({ ...endToEnd(raw), connection: 'Upgrade', upgrade: 'websocket' }),
        onMessage: () => undefined,
        onRefused(answer) {
          // An agent tries again, but after 401 and 410: control has to be the one that says so.
          const status = answer?.statusCode ?? 503;
          answer?.destroy();
          responseOn(socket, request).writeHead(status, { connection: 'close', 'content-length': '0' }).end();
        },
      });
      tunnels.add(tunnel);
      await tunnel.ended;
      tunnels.delete(tunnel);
    },

    /** They dial again, and the next edge carries them. */
    async end(): Promise<void> {
      for (const tunnel of tunnels) tunnel.destroy();
      await Promise.all([...tunnels].map((tunnel) => tunnel.ended));
    },
  };
}
