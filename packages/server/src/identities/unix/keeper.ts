import { readdirSync, statSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { identify, isAlive } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { homeOf } from '../identities.ts';
import { entryOf } from './identities.ts';
import { removeEntry } from './machine.ts';
import type { Account, AccountStore } from './store.ts';

/** So long may what runs take to end as its feature ends it, ms; then it is ended here. */
const graceMs = 3000;
const lookEveryMs = 1000;

export type Keeper = ReturnType<typeof createKeeper>;

/**
 * Removes users and groups of the machine whose member or project is gone, once nothing runs as them any more, with the member's home. What runs too
 * long is ended by force, wherever it hides: a user's processes can't become another's.
 */
export function createKeeper(deps: { store: AccountStore; dataDir: string; clock: Clock; log: Log }) {
  const { store, dataDir, clock, log } = deps;
  /** since when we know that they are orphans */
  const since = new Map<number, number>();
  let loop: ReturnType<typeof createLoop> | null = null;

  async function lookAfter(account: Account): Promise<void> {
    const running = processesOf(account.unixId);
    const first = since.get(account.id) ?? clock.steady();
    since.set(account.id, first);
    if (running.length > 0) {
      if (clock.steady() - first >= graceMs) for (const pid of running) endNow(pid);
      return;
    }
    const { kind, projectId, userId } = account;
    if (kind === 'member') await removeTree(homeOf(dataDir, { projectId, userId }));
    await removeEntry(entryOf(account));
    await store.remove(account.id);
    since.delete(account.id);
    log.info({ unixId: account.unixId, kind, project: projectId }, 'a user or group of the machine was removed');
  }

  /** Looks once at all. */
  async function look(): Promise<void> {
    for (const account of await store.orphans()) await lookAfter(account);
  }

  return {
    look,
    start(): void {
      const onError = (error: unknown) => log.error({ err: error }, 'users of the machine could not be looked after');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}

/** The processes that run as a user. What has ended and waits for its parent to notice runs no more. */
export function processesOf(unixId: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === unixId)
    .filter((pid) => {
      const one = identify(pid);
      return one !== null && isAlive(one);
    });
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself meanwhile
  }
}
