import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { listProcesses } from './leftovers.ts';
import { testLibrary } from './spark-r.ts';

const root = join(import.meta.dirname, '../..');
const sparkrLibrary = testLibrary();

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A program that has ended. */
export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs one of the repository's commands to its end. */
export async function runCommand(
  command: './start' | './emberlab',
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<Ended> {
  const child = spawn(join(root, command), args, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  child.stdin.end(options.input ?? '');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, stdout, stderr };
}

/** A process's command line, empty when it has ended. */
function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/**
 * Emberlab as a person starts it, with a data folder and a port of its own. What set-up installs comes from the tests' common data folder: that set-up
 * works is shown by the test run itself, which begins with it.
 */
export class Platform {
  readonly data: string;
  readonly port: number;
  /** the folder of its code */
  private readonly code: string;
  private child: ChildProcess | null = null;
  output = '';

  private constructor(data: string, port: number, code = root) {
    this.data = data;
    this.port = port;
    this.code = code;
  }

  static async prepare(): Promise<Platform> {
    const common = process.env['EMBERLAB_TEST_DATA'];
    if (common === undefined) throw new Error('EMBERLAB_TEST_DATA is not set: please run the tests with ./test');
    const parent = join(root, 'build/e2e');
    await mkdir(parent, { recursive: true });
    const data = mkdtempSync(join(parent, 'd-'));
    symlinkSync(join(common, 'tools'), join(data, 'tools'));
    return new Platform(data, await freePort());
  }

  /** Another one that serves the same data folder at the same port, from this code or another folder's. The first one is removed, after this has been stopped. */
  beside(code?: string): Platform {
    return new Platform(this.data, this.port, code);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get env(): Record<string, string> {
    return {
      EMBERLAB_DATA: this.data,
      EMBERLAB_PORT: String(this.port),
      ...(sparkrLibrary === null ? {} : { EMBERLAB_SPARKR: sparkrLibrary }),
    };
  }

  /** Starts it, with these settings beside its own, and resolves once it says that it serves. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.output = '';
    const child = spawn(join(this.code, 'start'), [], {
      env: { ...process.env, ...this.env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const serves = Promise.withResolvers<void>();
    const read = (chunk: Buffer) => {
      this.output += chunk.toString();
      if (this.output.includes('Emberlab serves at')) serves.resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => serves.reject(new Error(`./start ended with ${code}:\n${this.output}`)));
    await serves.promise;
  }

  /** The link with which the first administrator is made. */
  get setUpUrl(): string {
    const url = /http\S+\/setup#\S+/.exec(this.output)?.[0];
    if (url === undefined) throw new Error(`no set-up link in:\n${this.output}`);
    return url;
  }

  /** The process ids of supervisor, control and edge. */
  pids(): { supervisor: number; control: number; edge: number } {
    const supervisor = this.child?.pid ?? 0;
    const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    const role = (name: string) => children.find((pid) => wordsOf(pid).includes(name)) ?? 0;
    return { supervisor, control: role('control'), edge: role('edge') };
  }

  /** Closes the ends of the pipes that its output goes to, as a terminal does that is closed. */
  stopReading(): void {
    this.child?.stdout?.destroy();
    this.child?.stderr?.destroy();
  }

  /** Asks it to stop, as Ctrl+C does, and waits until it has; answers its exit code. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** Kills all three at once, without a chance to clean up. */
  async kill(): Promise<void> {
    const { supervisor, control, edge } = this.pids();
    const ended = this.child === null ? Promise.resolve() : once(this.child, 'exit');
    for (const pid of [supervisor, control, edge]) process.kill(pid, 'SIGKILL');
    await ended;
  }

  /** What control and edge have logged, for the message of a failing test. */
  log(name: 'control' | 'edge'): string {
    return readFileSync(join(this.data, 'logs', `${name}.log`), 'utf8');
  }

  /** Stops it, ends what goes on without it (a build, say), and removes its folder. A test that wants nothing left looks before. */
  async remove(): Promise<void> {
    await this.stop();
    for (const { pid } of listProcesses(this.data)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended by itself meanwhile
      }
    }
    // The groups of the servers that were; each in one that goes with the last of them.
    const groups = join(this.data, 'run/groups');
    for (const id of existsSync(groups) ? readdirSync(groups) : []) {
      for (const folder of readFileSync(join(groups, id), 'utf8').split('\n')) {
        for (const path of [folder, dirname(folder)]) await rmdir(path).catch(() => undefined);
      }
    }
    removeUsers(this.data);
    // What was killed may have a file half made for a moment longer.
    await rm(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Removes the users of this machine, and their groups, whose home lies in a folder: as an administrator does who gives up an installation. */
function removeUsers(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const groups = new Set<string>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , , group = '', , home = ''] = line.split(':');
    if (!name.startsWith('ember-') || !home.startsWith(`${folder}/`)) continue;
    groups.add(group);
    change('/usr/sbin/userdel', ['--force', name]);
    change('/usr/sbin/groupdel', [name]);
  }
  for (const line of readFileSync('/etc/group', 'utf8').split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (groups.has(id)) change('/usr/sbin/groupdel', [name]);
  }
}

/** Status of the programs of Debian's `passwd` when somebody else has the file: they try once. */
const locked: ReadonlySet<unknown> = new Set([1, 10]);

/** Changes the users or groups of this machine, which another test may be doing at the same moment. */
function change(program: string, args: readonly string[]): void {
  for (let tries = 0; ; tries += 1) {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
      return;
    } catch (error) {
      if (tries === 50 || !(error instanceof Error && 'status' in error && locked.has(error.status))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}
