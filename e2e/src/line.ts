import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

type Pair = { readonly client: Socket; upstream: Socket | null };

/** A TCP address in front of a Unix socket, and a line between the two that a test can cut. */
export class Line {
  private readonly socketPath: string;
  private readonly pairs = new Set<Pair>();
  private server: Server;
  private swallows = false;
  readonly port: number;

  private constructor(socketPath: string, server: Server, port: number) {
    this.socketPath = socketPath;
    this.server = server;
    this.port = port;
    server.on('connection', this.accept);
  }

  static async open(socketPath: string): Promise<Line> {
    const server = await listen(0);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Line(socketPath, server, address.port);
  }

  /** How many connections there are. */
  get connections(): number {
    return this.pairs.size;
  }

  /** From now on nothing comes through, and neither side is told: as when a cable is pulled. */
  swallow(): void {
    this.swallows = true;
    for (const { client, upstream } of this.pairs) {
      if (upstream === null) continue;
      client.unpipe(upstream);
      upstream.unpipe(client);
    }
  }

  /** Ends all connections and takes no new ones: as when a machine on the way restarts. */
  async refuse(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream?.destroy();
    }
    await closed;
  }

  /** All is as before. What was swallowed comes late, as TCP sends it again; connections that one side has given up meanwhile end. */
  async mend(): Promise<void> {
    if (this.swallows) {
      this.swallows = false;
      for (const pair of this.pairs) this.join(pair);
    }
    if (this.server.listening) return;
    this.server = await listen(this.port);
    this.server.on('connection', this.accept);
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private readonly accept = (client: Socket): void => {
    const pair: Pair = { client, upstream: null };
    this.pairs.add(pair);
    this.watch(pair, client);
    if (!this.swallows) this.join(pair);
  };

  private join(pair: Pair): void {
    const { client } = pair;
    if (client.destroyed || pair.upstream?.destroyed === true) return this.end(pair);
    if (pair.upstream === null) {
      pair.upstream = connect({ path: this.socketPath, allowHalfOpen: true });
      this.watch(pair, pair.upstream);
    }
    client.pipe(pair.upstream).pipe(client);
  }

  /** One side that ends takes the other with it, unless it could not know. */
  private watch(pair: Pair, socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.swallows) this.end(pair);
    });
  }

  private end(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.upstream?.destroy();
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
