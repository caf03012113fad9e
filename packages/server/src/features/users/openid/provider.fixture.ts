import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const clientSecret = 'a secret of the client that is long enough';

/** Cookies of one browser at the provider. */
type Jar = Map<string, string>;

/** The provider of the tests, as a process; `await using` ends it. */
export async function startProvider(redirectUri: string) {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'provider.program.ts'), redirectUri, clientSecret],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'] } },
  );
  const { stdout } = child;
  if (stdout === null) throw new Error('no output');
  let issuer: string | null = null;
  for await (const line of createInterface({ input: stdout })) {
    issuer = line;
    break;
  }
  if (issuer === null) throw new Error('the provider did not start');
  stdout.resume();
  const at = issuer;

  async function visit(url: string, jar: Jar, init: Pick<RequestInit, 'method' | 'body'> = {}): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return response;
  }

  return {
    issuer: at,

    /** What the provider says about somebody. */
    async account(subject: string, claims: Record<string, unknown>): Promise<void> {
      await fetch(`${at}/accounts/${subject}`, { method: 'PUT', body: JSON.stringify(claims) });
    },

    /** Goes through the provider's pages as somebody; answers the address that it sends the browser back to. */
    async logIn(startUrl: string, subject: string): Promise<URL> {
      const jar: Jar = new Map();
      let response = await visit(startUrl, jar);
      for (let steps = 0; steps < 8; steps += 1) {
        const next = new URL(response.headers.get('location') ?? '', at);
        if (next.origin !== at) return next;
        response = await visit(next.href, jar);
        if (response.status === 200) {
          const body = new URLSearchParams({ account: subject });
          response = await visit(next.href, jar, { method: 'POST', body });
        }
      }
      throw new Error('the provider did not send the browser back');
    },

    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
