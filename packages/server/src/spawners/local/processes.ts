import { readdirSync, readFileSync, statSync } from 'node:fs';
import { identify, isAlive, type ProcessIdentity } from '../../lib/process.ts';

/**
 * The variable by which a server's processes are known. Kernels and terminals have sessions and process groups of their own, and what they start
 * outlives them; the environment is what all of them inherit (see environ in proc(5)). Its value is the server's folder: another platform on this machine may
 * have a server, or a run, with the same id.
 */
export const marker = 'EMBER_SERVER_FOLDER';

type Entry = { pid: number; parent: number; marked: boolean };

/** All processes that carry the marker of the server with this folder or descend from one that does, zombies apart. */
export function processesOf(folder: string): ProcessIdentity[] {
  const wanted = `${marker}=${folder}`;
  const entries = new Map<number, Entry>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== null) entries.set(pid, { pid, parent, marked: environmentOf(pid).includes(wanted) });
  }
  const belongs = (entry: Entry | undefined, depth = 0): boolean =>
    entry !== undefined && depth < 200 && (entry.marked || belongs(entries.get(entry.parent), depth + 1));
  const found: ProcessIdentity[] = [];
  for (const entry of entries.values()) {
    const identity = entry.pid !== process.pid && belongs(entry) ? identify(entry.pid) : null;
    if (identity !== null && isAlive(identity)) found.push(identity);
  }
  return found;
}

/**
 * The first process of a server: of those with its marker, the one whose parent has none. Anybody can mark a process of theirs, so only those of
 * `users` are looked at.
 */
export function leaderOf(folder: string, users: readonly number[]): ProcessIdentity | null {
  const wanted = `${marker}=${folder}`;
  const isMarked = (pid: number) =>
    environmentOf(pid).includes(wanted) &&
    users.includes(statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? Number.NaN);
  const roots = processesOf(folder).filter(({ pid }) => isMarked(pid) && !isMarked(parentOf(pid) ?? 0));
  return roots.toSorted((a, b) => Number(a.startTicks) - Number(b.startTicks))[0] ?? null;
}

/** Sends a signal to that very process; one that is gone already is fine. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // it ended by itself meanwhile
  }
}

function parentOf(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** The processes of all servers by their folder, in one look. */
export function markedProcesses(): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const folder = environmentOf(pid)
      .find((one) => one.startsWith(`${marker}=`))
      ?.slice(marker.length + 1);
    if (folder !== undefined) found.set(folder, [...(found.get(folder) ?? []), pid]);
  }
  return found;
}

/** Empty for a process that is not ours to look into. */
export function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
