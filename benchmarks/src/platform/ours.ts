import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createClient, defaultPythonConfiguration, type Client, type ProjectEvent } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import { account, environmentOf, stopJupyter, timed, until } from '../tools.ts';
import { eventsOf } from './events.ts';
import { emailOf, seed } from './seed.ts';
import { users, type Door, type Kind, type Side } from './side.ts';

const upstream = join(import.meta.dirname, 'upstream.program.ts');
const projectOf = (kind: Kind) => (kind === 'jupyter' ? 'demo' : 'light');

/** Emberlab as `./start` runs it, with a project whose environment's Python is the light server. */
export class Ours implements Side {
  readonly name = 'Emberlab';
  /** the Python of the environment from which Jupyter is started */
  readonly python: string;
  private readonly platform: Platform;
  private readonly token: string;
  private readonly clients: readonly { client: Client; token: string }[];

  private constructor(parts: { platform: Platform; token: string; tokens: readonly string[]; python: string }) {
    this.platform = parts.platform;
    this.token = parts.token;
    this.python = parts.python;
    const baseUrl = `http://127.0.0.1:${parts.platform.port}`;
    this.clients = parts.tokens.map((token) => ({ token, client: createClient({ baseUrl, token }) }));
  }

  /** Starts it with an empty data folder, and puts in what the other side has as well. */
  static async start(): Promise<Ours> {
    const platform = await Platform.prepare();
    try {
      const token = await account(platform);
      await platform.start();
      const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
      const python = join(await environmentOf(platform, client, 'demo'), 'bin/python');
      await client.call('projects.create', { body: { name: 'light' } });
      const light = join(await environmentOf(platform, client, 'light'), 'bin/python');
      rmSync(light);
      writeFileSync(light, `#!/bin/sh\nexec '${process.execPath}' '${upstream}' "$@"\n`);
      chmodSync(light, 0o755);
      const idOf = async (project: string) => (await client.call('projects.get', { params: { project } })).id;
      const tokens = seed(platform.data, { demo: await idOf('demo'), light: await idOf('light') });
      return new Ours({ platform, token, tokens, python });
    } catch (error) {
      await platform.remove();
      throw error;
    }
  }

  get uv(): string {
    return join(this.platform.data, 'tools/bin/uv');
  }

  /** Takes all of its users into a project that nothing else is measured with. */
  async addMembers(): Promise<{ added: number }> {
    const client = createClient({ baseUrl: `http://127.0.0.1:${this.platform.port}`, token: this.token });
    const params = { project: 'all' };
    await client.call('projects.create', { body: { name: params.project } });
    const all = Array.from({ length: users }, (_, index) => ({ email: emailOf(index), role: 'editor' as const }));
    return { added: await timed('s', () => client.call('projects.addMembers', { params, body: { members: all } })) };
  }

  private member(index: number): { client: Client; token: string } {
    const found = this.clients[index];
    if (found === undefined) throw new Error(`there is no member ${index}`);
    return found;
  }

  async start(member: number, kind: Kind): Promise<void> {
    const { client, token } = this.member(member);
    const project = projectOf(kind);
    const left = new AbortController();
    try {
      const events = await fetch(`http://127.0.0.1:${this.platform.port}/api/v1/projects/${project}/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: left.signal,
      });
      const { id } = await client.call('jupyter.start', {
        params: { project },
        body: { configuration: defaultPythonConfiguration },
      });
      for await (const event of eventsOf<ProjectEvent>(events)) {
        if (event.type !== 'server' || event.server.id !== id) continue;
        if (event.server.state === 'running') return;
        if (event.server.state === 'failed') throw new Error(event.server.problem?.message ?? 'the server failed');
      }
    } finally {
      left.abort();
    }
  }

  stop(member: number, kind: Kind): Promise<void> {
    return stopJupyter(this.member(member).client, projectOf(kind));
  }

  /** With the cookie that a browser gets: the edge looks at it with each request. */
  async door(member: number): Promise<Door> {
    const { port } = this.platform;
    const opened = await this.member(member).client.call('jupyter.open', { params: { project: 'light' }, body: {} });
    const { origin, host, pathname, search } = new URL(opened.url);
    const asked = request({ host: '127.0.0.1', port, path: `${pathname}${search}`, headers: { host }, agent: false });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`the ticket was not taken: ${answer.statusCode}`);
    return { port, path: '/x', headers: { host, cookie, origin } };
  }

  get reads() {
    const headers = { authorization: `Bearer ${this.token}` };
    const { port } = this.platform;
    return {
      one: { port, path: '/api/v1/me', headers },
      list: { port, path: '/api/v1/projects/light/members', headers },
    };
  }

  async pids(): Promise<{ control: number; edge: number }> {
    return this.platform.pids();
  }

  async kill(which: 'control' | 'edge'): Promise<void> {
    const before = this.platform.pids()[which];
    process.kill(before, 'SIGKILL');
    await until(
      async () => this.platform.pids()[which],
      (now) => now !== before && now !== 0,
    );
    await until(
      () =>
        fetch(`http://127.0.0.1:${this.platform.port}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      (answers) => answers,
    );
  }

  remove(): Promise<void> {
    return this.platform.remove();
  }
}
