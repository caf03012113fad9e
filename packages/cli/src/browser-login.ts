import { spawn } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { FatalError } from '@emberlab/server/admin';

const waitMs = 10 * 60_000;
const random = () => randomBytes(32).toString('base64url');

/** The address of the page that grants, with what it has to know: nothing in it is a secret. */
function pageUrl(origin: string, search: Record<string, string>): string {
  const host = hostname()
    .replace(/[^\w.-]/g, '-')
    .slice(0, 60);
  const query = new URLSearchParams({ ...search, ...(host === '' ? {} : { host }) });
  return `${origin}/cli-login?${query.toString()}`;
}

/** Opens a page where there is a desktop; the address has been printed in any case. */
function openPage(url: string): void {
  const desktop = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!process.stdout.isTTY || !desktop) return;
  const child = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/**
 * Has a code granted in the browser and hands it to `redeem` with the secret that only this process has (PKCE). With `paste` a person types the code, for a
 * command line on another machine than the browser; else the page brings it to a port of this machine.
 */
export async function logInByBrowser<T>(options: {
  origin: string;
  paste: boolean;
  print: (line: string) => void;
  redeem: (code: string, verifier: string) => Promise<T>;
}): Promise<T> {
  const verifier = random();
  const challenge = hash('sha256', verifier, 'base64url');
  if (options.paste) {
    options.print(`Please open this address in a browser:\n\n  ${pageUrl(options.origin, { challenge })}\n`);
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    // Where the input ends, a question is never answered.
    const over = once(reader, 'close').then(() => '');
    const code = (await Promise.race([reader.question('Code: '), over])).trim();
    reader.close();
    if (code === '') throw new FatalError('No code was typed. Please run emberlab login again.');
    return options.redeem(code, verifier);
  }

  const state = random();
  const outcome = Promise.withResolvers<T>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const code = searchParams.get('code');
    // Whatever else comes to this port is not our page's answer, and ends nothing.
    if (request.method !== 'GET' || pathname !== '/' || searchParams.get('state') !== state || code === null) {
      response.writeHead(404).end();
      return;
    }
    try {
      const value = await options.redeem(code, verifier);
      response.writeHead(303, { location: `${options.origin}/cli-login?done=true`, 'referrer-policy': 'no-referrer' });
      response.end();
      outcome.resolve(value);
    } catch (error) {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('That did not work. The command line says why.\n');
      outcome.reject(error);
    }
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timer = setTimeout(() => {
    outcome.reject(new FatalError('Nobody has allowed it within ten minutes. Please run emberlab login again.'));
  }, waitMs);
  try {
    const port = String((server.address() as AddressInfo).port);
    const url = pageUrl(options.origin, { challenge, state, port });
    options.print(
      `Please open this address in a browser of this machine (elsewhere: emberlab login --paste):\n\n  ${url}\n`,
    );
    openPage(url);
    return await outcome.promise;
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeIdleConnections();
  }
}
