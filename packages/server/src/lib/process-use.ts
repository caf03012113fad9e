import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessIdentity } from './process.ts';

/** What a tree of processes takes now. */
export type TreeUse = {
  readonly memoryBytes: number;
  /** CPU time that its present processes have had, ms */
  readonly cpuMs: number;
};

/** The unit of CPU time in /proc/{pid}/stat, ms: Linux counts a hundred in a second there, whatever its own tick is. */
const tickMs = 10;
/** Nobody's processes are nested so deeply; it only ends what would not end. */
const deepest = 200;

type Entry = { parent: number; session: number; startTicks: string; cpuMs: number };

/**
 * What the trees of these processes take, by the pids of their roots: each root with what descends from it, and with the members of the session (see
 * setsid(2)) that it leads, whose parents may have ended. One look at /proc serves all of them; one that is gone is absent.
 */
export function useOfTrees(roots: readonly ProcessIdentity[]): Map<number, TreeUse> {
  const entries = roots.length === 0 ? new Map<number, Entry>() : readEntries();
  const found = new Map<number, TreeUse>();
  const isRoot = new Set<number>();
  for (const { pid, startTicks } of roots) if (entries.get(pid)?.startTicks === startTicks) isRoot.add(pid);
  const rootOf = (pid: number, depth = 0): number | null => {
    if (isRoot.has(pid)) return pid;
    const entry = entries.get(pid);
    if (entry === undefined || depth > deepest) return null;
    return isRoot.has(entry.session) ? entry.session : rootOf(entry.parent, depth + 1);
  };
  for (const [pid, { cpuMs }] of entries) {
    const root = rootOf(pid);
    if (root === null) continue;
    const before = found.get(root) ?? { memoryBytes: 0, cpuMs: 0 };
    found.set(root, { memoryBytes: before.memoryBytes + ownMemoryOf(pid), cpuMs: before.cpuMs + cpuMs });
  }
  return found;
}

/** What it shares with others, such as libraries, would be counted once for each. 0 for a process that has ended meanwhile. */
export function ownMemoryOf(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** The CPU time that a process has had, ms. */
export const cpuMsOf = (pid: number): number => entryOf(pid)?.cpuMs ?? 0;

/** The cores that were busy between two looks, to a tenth. What has ended meanwhile takes its time along. */
export function coresBetween(before: { cpuMs: number; at: number }, now: { cpuMs: number; at: number }): number {
  if (now.at <= before.at) return 0;
  return Math.max(0, Math.round(((now.cpuMs - before.cpuMs) / (now.at - before.at)) * 10) / 10);
}

function readEntries(): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const entry = Number.isInteger(pid) ? entryOf(pid) : null;
    if (entry !== null) entries.set(pid, entry);
  }
  return entries;
}

/** The fields are those of proc(5), from the third on: the second, a name in brackets, may hold anything. */
function entryOf(pid: number): Entry | null {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === '') return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    session: Number(fields[3]),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    startTicks: fields[19] ?? '',
  };
}

/** Empty for a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
