import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeOptions } from '@emberlab/server/measure';
import type { World } from './adapters.ts';

const server = join(import.meta.dirname, '../../../packages/server/src/main.ts');

/** A part of the simulated platform, in a process of its own. */
class Part {
  readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  /** `options`: of Node */
  constructor(
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    options: readonly string[] = [],
  ) {
    this.child = spawn(process.execPath, [...options, file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('no output');
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints. Throws when it has ended. */
  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`${this.child.spawnargs[1]} has ended`);
    return value;
  }

  async stop(signal: NodeJS.Signals | null): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    if (signal === null) this.child.stdin?.end();
    else this.child.kill(signal);
    await ended;
  }
}

/** Control planes and an edge of one data folder, with simulated servers and drivers. */
export class Simulation {
  private readonly parts: Part[] = [];
  private readonly controls: Part[] = [];
  private edge: Part | null = null;
  private world: World | null = null;
  private readonly env: Readonly<Record<string, string>>;
  private readonly folder: string;

  /** `folder`: of its own, with a short path */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.env = env;
  }

  /** Resolves once the first control plane serves. */
  async start(): Promise<void> {
    const socketPath = join(this.folder, 'world.sock');
    const world = new Part(join(import.meta.dirname, 'world.program.ts'), [socketPath]);
    this.parts.push(world);
    this.world = { socketPath, process: JSON.parse(await world.line()) as World['process'] };
    await this.addControl();
    this.edge = new Part(server, ['edge'], this.env, nodeOptions.edge);
  }

  /** One more: the first leads, the others answer reads. Resolves once it serves. */
  async addControl(): Promise<void> {
    const part = new Part(
      join(import.meta.dirname, 'control.program.ts'),
      [JSON.stringify(this.world)],
      this.env,
      nodeOptions.control,
    );
    this.controls.push(part);
    while ((await part.line()) !== 'ready');
  }

  /** The process of the one that leads. */
  get leader(): number {
    return this.controls[0]?.child.pid ?? 0;
  }

  get edgePid(): number {
    return this.edge?.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    await this.edge?.stop('SIGTERM');
    for (const part of this.controls.toReversed()) await part.stop(null);
    for (const part of this.parts) await part.stop(null);
  }
}

/** Processor time that a process has had, ms: fields 14 and 15 of `/proc/{pid}/stat`, in ticks of 10 ms (proc(5)). */
export function processorMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
