import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listProcesses } from '@emberlab/e2e/leftovers';
import { freePort } from '@emberlab/e2e/platform';
import { timed, until } from '../tools.ts';
import { eventsOf } from './events.ts';
import type { HubPrograms } from './hub-install.ts';
import { listed, users, type Kind, type Side } from './side.ts';

const token = 'a-token-of-the-bench-that-opens-nothing-else';
const config = join(import.meta.dirname, 'jupyterhub_config.py');
const singleuser = join(import.meta.dirname, 'singleuser.py');
const upstream = join(import.meta.dirname, 'upstream.program.ts');
const nameOf = (member: number): string => `member${member}`;

/** JupyterHub with configurable-http-proxy and its spawner of local processes. */
export class Hub implements Side {
  readonly name = 'JupyterHub';
  private readonly folder = mkdtempSync(join(tmpdir(), 'emberlab-hub-'));
  private readonly programs: HubPrograms;
  private readonly settings: Record<string, unknown>;
  private readonly port: number;
  private child: ChildProcess | null = null;

  private constructor(programs: HubPrograms, settings: Record<string, unknown>, port: number) {
    this.programs = programs;
    this.settings = settings;
    this.port = port;
  }

  /** Starts it; `python` is that of the project's environment, from which its servers run. */
  static async start(programs: HubPrograms, python: string): Promise<Hub> {
    const port = await freePort();
    const settings = {
      port,
      hubPort: await freePort(),
      proxyApiPort: await freePort(),
      token,
      proxy: programs.proxy,
      jupyter: [python, singleuser, programs.packages],
      light: [process.execPath, upstream],
    };
    const hub = new Hub(programs, settings, port);
    // What our servers leave out as well: installed along, and slow to start.
    const extensions = { ServerApp: { jpserver_extensions: { notebook: false, jupyter_lsp: false } } };
    writeFileSync(join(hub.folder, 'jupyter_server_config.json'), JSON.stringify(extensions));
    await hub.run();
    return hub;
  }

  /** Starts the hub, which starts its proxy, and resolves once both answer. */
  private async run(): Promise<void> {
    const log = openSync(join(this.folder, 'hub.log'), 'a');
    this.child = spawn(this.programs.python, ['-m', 'jupyterhub', '-f', config], {
      cwd: this.folder,
      env: { ...process.env, EMBERLAB_BENCH_HUB: JSON.stringify(this.settings) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await until(
      async () => {
        if (this.child?.exitCode !== null) throw new Error(`JupyterHub ended:\n${this.log()}`);
        return fetch(`http://127.0.0.1:${this.port}/hub/api/`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      (answers) => answers,
    );
  }

  private log(): string {
    return readFileSync(join(this.folder, 'hub.log'), 'utf8').split('\n').slice(-30).join('\n');
  }

  private async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/hub/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Makes all users, in one request, and puts all of them into a group, in another. Answers how long each took, s. */
  async seed(): Promise<{ made: number; added: number }> {
    const all = Array.from({ length: users }, (_, index) => nameOf(index));
    const made = await timed('s', () => this.ask('POST', '/users', { usernames: all }));
    await this.ask('POST', '/groups/all');
    const added = await timed('s', () => this.ask('POST', '/groups/all/users', { users: all }));
    return { made, added };
  }

  async start(member: number, kind: Kind): Promise<void> {
    const path = `/users/${nameOf(member)}/server`;
    const { status } = await this.ask('POST', path, { kind });
    if (status === 201) return;
    const progress = await this.ask('GET', `${path}/progress`);
    for await (const event of eventsOf<{ ready?: boolean; failed?: boolean; message: string }>(progress)) {
      if (event.ready === true) return;
      if (event.failed === true) throw new Error(event.message);
    }
    throw new Error(`${nameOf(member)}'s server said nothing more`);
  }

  async stop(member: number): Promise<void> {
    const model = async () => {
      const answer = await this.ask('GET', `/users/${nameOf(member)}`);
      return (await answer.json()) as { server: string | null; pending: string | null };
    };
    // One that failed may still be ending.
    const before = await until(model, ({ pending }) => pending === null);
    if (before.server === null) return;
    await this.ask('DELETE', `/users/${nameOf(member)}/server`);
    await until(model, ({ server, pending }) => server === null && pending === null);
  }

  async door(member: number) {
    return { port: this.port, path: `/user/${nameOf(member)}/x`, headers: {} };
  }

  get reads() {
    const headers = { authorization: `Bearer ${token}` };
    return {
      one: { port: this.port, path: `/hub/api/users/${nameOf(0)}`, headers },
      list: { port: this.port, path: `/hub/api/users?limit=${listed}`, headers },
    };
  }

  private proxyPid(): number {
    return Number(readFileSync(join(this.folder, 'jupyterhub-proxy.pid'), 'utf8'));
  }

  async pids(): Promise<{ control: number; edge: number }> {
    return { control: this.child?.pid ?? 0, edge: this.proxyPid() };
  }

  async kill(which: 'control' | 'edge'): Promise<void> {
    if (which === 'edge') {
      const before = this.proxyPid();
      process.kill(before, 'SIGKILL');
      await until(
        async () => {
          try {
            return this.proxyPid();
          } catch {
            // between two proxies there is no such file
            return before;
          }
        },
        (now) => now !== before,
      );
      return;
    }
    const { child } = this;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    // As a service manager does that restarts at once.
    await this.run();
  }

  async remove(): Promise<void> {
    const { child } = this;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([ended, pause(30_000, undefined, { ref: false })]);
    }
    for (const { pid } of listProcesses(this.folder)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended by itself meanwhile
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
