import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Writable } from 'node:stream';

/**
 * A process that may outlive us. A pid alone is used again by the system; together with the start time (clock ticks since boot, field 22 of
 * `/proc/{pid}/stat`, see proc(5)) it names one process for good, so that a restarted control plane never adopts or ends a stranger's.
 */
export type ProcessIdentity = { readonly pid: number; readonly startTicks: string };

type ProcStat = { state: string; startTicks: string; processGroup: number };

function readStat(pid: number): ProcStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The command's name stands in brackets and may hold spaces and brackets itself; the fields go on behind the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , processGroup] = fields;
  const startTicks = fields[19];
  if (state === undefined || processGroup === undefined || startTicks === undefined) return null;
  return { state, startTicks, processGroup: Number(processGroup) };
}

/** The identity of a running process; null if there is none with that pid. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null ? null : { pid, startTicks: stat.startTicks };
}

/** Whether that very process runs. A zombie does not: nobody may be left to reap it. */
export function isAlive(process: ProcessIdentity): boolean {
  const stat = readStat(process.pid);
  return stat !== null && stat.startTicks === process.startTicks && stat.state !== 'Z' && stat.state !== 'X';
}

/**
 * Sends a signal to the process group that `process` leads, and so to its children too. Answers whether it was sent. Does nothing when the leader
 * is gone: its group id may belong to others by now.
 */
export function signalGroup(process_: ProcessIdentity, signal: NodeJS.Signals): boolean {
  const stat = readStat(process_.pid);
  if (stat === null || stat.startTicks !== process_.startTicks || stat.processGroup !== process_.pid) return false;
  try {
    process.kill(-process_.pid, signal);
    return true;
  } catch {
    return false;
  }
}

export type DetachedCommand = {
  file: string;
  args: readonly string[];
  cwd: string;
  /** the whole environment: nothing is inherited */
  env: Readonly<Record<string, string>>;
  /** appended to; made with mode 0600 */
  stdoutFile: string;
  stderrFile: string;
  /** what it can read at descriptor 3; absent or null: it has none */
  input?: string | null;
};

export type Detached = {
  identity: ProcessIdentity;
  /** Resolves when the process ends while we are its parent; after a restart `isAlive` has to be asked instead. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** Starts a process in a group of its own that goes on when we end. Throws when the file can't be executed. */
export async function spawnDetached(command: DetachedCommand): Promise<Detached> {
  const out = openSync(command.stdoutFile, 'a', 0o600);
  const err = command.stderrFile === command.stdoutFile ? out : openSync(command.stderrFile, 'a', 0o600);
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...command.env },
      detached: true,
      stdio: ['ignore', out, err, ...(typeof command.input === 'string' ? (['pipe'] as const) : [])],
    });
    const input = child.stdio[3];
    if (input instanceof Writable) {
      // One that has ended meanwhile tells so by its exit.
      input.on('error', () => undefined);
      input.end(command.input);
    }
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const identity = child.pid === undefined ? null : identify(child.pid);
    if (identity === null) throw new Error(`${command.file} ended at once`);
    return { identity, exited };
  } finally {
    closeSync(out);
    if (err !== out) closeSync(err);
  }
}
