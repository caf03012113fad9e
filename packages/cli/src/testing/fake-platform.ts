import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A platform that answers what the test says, and the command line logged in to it. */
export async function fakePlatform() {
  const home = mkdtempSync(join(tmpdir(), 'emberlab-cli-'));
  /** By method and path: a text, an answer, or several answers, one after the other. */
  const answers: Record<string, unknown> = {};
  const calls: { route: string; token: string | undefined; body: string }[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
    calls.push({ route, token: request.headers.authorization, body: await text(request) });
    const all = answers[route];
    const answer: unknown = Array.isArray(all) && all.length > 1 ? all.shift() : Array.isArray(all) ? all[0] : all;
    if (typeof answer === 'string') {
      response.end(answer);
      return;
    }
    const refused = answer === undefined || (typeof answer === 'object' && answer !== null && 'error' in answer);
    response
      .writeHead(refused ? 409 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { error: { code: 'not_found', message: `No ${route}.`, requestId: 'r' } }));
  };
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(home, 'emberlab'));
  const login = { token: 'ember_token_secret', email: 'ada@example.org', expiresAt: null };
  writeFileSync(join(home, 'emberlab/credentials.json'), JSON.stringify({ [origin]: login }));

  return {
    home,
    answers,
    calls,
    /** Runs `emberlab COMMAND … ` against it. */
    async run(command: string, ...args: string[]) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../main.ts'), command, '--at', origin, ...args],
        {
          env: { PATH: process.env['PATH'], EMBERLAB_DATA: join(home, 'data'), XDG_CONFIG_HOME: home },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      const ended = once(child, 'exit');
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: ((await ended) as [number])[0], stdout, stderr };
    },
    close(): void {
      server.close();
      server.closeAllConnections();
      rmSync(home, { recursive: true });
    },
  };
}
