import type { StopReason, StoredState } from '../state.ts';

/** A Jupyter server for whose owner a driver may be started ahead. `key`: what that driver has to be like. */
export type Wanted = { readonly serverId: string; readonly key: string; readonly memoryBytes: number };

/** A live driver that was started ahead and that nobody has taken. Times in milliseconds since the epoch. */
export type Waiting = {
  readonly id: number;
  readonly serverId: string | null;
  readonly key: string;
  readonly state: StoredState;
  readonly readyAt: number | null;
  readonly memoryBytes: number;
};

/** A live session that somebody has asked for. */
export type InUse = { readonly serverId: string | null; readonly state: StoredState; readonly createdAt: number };

/** How one ended that was started ahead for a server; null: by itself. */
export type Ended = { readonly serverId: string; readonly reason: StopReason | null; readonly endedAt: number };

export type Situation = {
  readonly now: number;
  readonly wanted: readonly Wanted[];
  readonly waiting: readonly Waiting[];
  readonly inUse: readonly InUse[];
  /** of each server, newest first, back to the last session that its owner has asked for */
  readonly ended: readonly Ended[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly limits: AheadLimits;
};

export type AheadLimits = {
  /** one that nobody takes for so long is stopped, ms */
  readonly idleMs: number;
  /** memory of all drivers that wait */
  readonly budgetBytes: number;
};

export type Plan = {
  readonly stop: readonly { readonly id: number; readonly reason: 'unused' | 'stale' | 'room' }[];
  /** At most one: the next is considered when this one is up. */
  readonly start: Wanted | null;
};

/** A session that was just begun has the machine to itself for so long; one that runs its first cells, for so long. */
const settleMs = 15_000;
const settleBusyMs = 60_000;
/** After one that failed or had to give way, the next waits; after so many in a row there is none until Spark is used again. */
const failedMs = 60_000;
const mostFailures = 4;
const gaveWayMs = 120_000;
/** Where so many sessions start at once, those that nobody has asked for give way. */
const crowd = 3;

/**
 * What to do about drivers started ahead, by what is the case now. It needs no memory of its own: rows tell all. A driver that waits is given up when
 * it fits nothing any more, when nobody takes it, and when others need its memory; a server has at most one.
 */
export function plan(situation: Situation): Plan {
  const { now, wanted, waiting, inUse, limits } = situation;
  const keyOf = new Map(wanted.map((one) => [one.serverId, one.key]));
  const stop: { id: number; reason: 'unused' | 'stale' | 'room' }[] = [];
  const keep: Waiting[] = [];
  const served = new Set<string | null>();
  for (const one of waiting) {
    if (one.state === 'shutting_down') continue;
    const fits = one.serverId !== null && keyOf.get(one.serverId) === one.key && !served.has(one.serverId);
    const unused = one.readyAt !== null && now - one.readyAt >= limits.idleMs;
    if (fits && !unused) keep.push(one);
    else stop.push({ id: one.id, reason: fits ? 'unused' : 'stale' });
    served.add(one.serverId);
  }

  const starting = inUse.filter((session) => session.state === 'starting').length;
  const leaving = waiting.filter((one) => !keep.includes(one));
  // What is being stopped is as good as free.
  let available = situation.memory.availableBytes + sum(leaving);
  let used = sum(keep);
  const reserve = reserveOf(situation.memory.totalBytes);
  // The newest first: the others are more likely to be taken soon.
  for (const one of keep.toReversed()) {
    const crowded = one.state === 'starting' && starting >= crowd;
    if (available >= reserve && used <= limits.budgetBytes && !crowded) continue;
    stop.push({ id: one.id, reason: 'room' });
    available += one.memoryBytes;
    used -= one.memoryBytes;
  }

  const calm = starting === 0 && !waiting.some((one) => one.state === 'starting');
  const next = wanted.find(
    (one) =>
      !waiting.some(({ serverId }) => serverId === one.serverId) &&
      settled(one.serverId, situation) &&
      worthAnother(one.serverId, situation) &&
      used + one.memoryBytes <= limits.budgetBytes &&
      situation.memory.availableBytes - one.memoryBytes >= reserve,
  );
  return { stop, start: calm && next !== undefined ? next : null };
}

const sum = (all: readonly { memoryBytes: number }[]): number => all.reduce((total, one) => total + one.memoryBytes, 0);

/** Memory that stays free for what people ask for. */
const reserveOf = (totalBytes: number): number => Math.max(totalBytes / 10, 512 * 1024 ** 2);

/** Whether what its owner has begun last no longer needs all of the machine. */
function settled(serverId: string, { now, inUse }: Situation): boolean {
  return inUse
    .filter((session) => session.serverId === serverId)
    .every((session) => now - session.createdAt >= (session.state === 'idle' ? settleMs : settleBusyMs));
}

/** Whether there is a point in the next, after those that have ended unused since its owner has last asked for a session. */
function worthAnother(serverId: string, { now, ended }: Situation): boolean {
  const own = ended.filter((one) => one.serverId === serverId && one.reason !== 'stale');
  const [last] = own;
  if (last === undefined) return true;
  if (last.reason === 'room') return now - last.endedAt >= gaveWayMs;
  const failures = own.filter((one) => one.reason === null || one.reason === 'failed').length;
  if (own.some((one) => one.reason !== null && one.reason !== 'failed' && one.reason !== 'room')) return false;
  return failures < mostFailures && now - last.endedAt >= failedMs * 4 ** (failures - 1);
}
