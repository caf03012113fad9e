import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a webhook has got. */
export type Got = {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};

export type TestHook = {
  readonly url: string;
  readonly port: number;
  readonly got: Got[];
  /** how it answers from now on */
  answer(how: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** Resolves when it has got so many in all. */
  until(count: number): Promise<void>;
} & AsyncDisposable;

/** A real web server on this machine that takes what is sent to it. */
export async function testHook(): Promise<TestHook> {
  const got: Got[] = [];
  let how: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('thanks');
  let arrived = Promise.withResolvers<void>();
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    got.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
    const before = arrived;
    arrived = Promise.withResolvers();
    how(request, response);
    before.resolve();
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    got,
    answer: (to) => void (how = to),
    async until(count) {
      while (got.length < count) await arrived.promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
