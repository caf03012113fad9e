import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { ReaderNote } from '../edge/readers.ts';
import { systemClock } from '../lib/clock.ts';
import { writeFileAtomic } from '../lib/files.ts';
import { createLoop } from '../lib/lifecycle.ts';
import { identify, isAlive } from '../lib/process.ts';
import { createPlatform, type Platform } from '../platform.ts';
import { readPaths } from '../platform-reads.ts';
import { leaderHere, ownBuild, type LeaderNote } from './leader-note.ts';

/** How often it is looked whether there is something to read beside, ms. */
const lookEveryMs = 200;
/** For so long one that leads may not have written it down yet, ms. */
const patienceMs = 5000;

export type Replica = {
  /** How the one calls itself that has the lead, as the database says; null: it doesn't. */
  sees(holder: string | null): void;
  /** Whether the process that led here has ended. */
  leaderHasGone(): boolean;
  /** Stops looking. What is open goes on to answer until `close`. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Answers reads while another control plane leads that works with the same data folder, on this machine, and is of the same build. Beside one of another
 * folder or build nothing is answered: what it knows or does may not be as it is here. `onServes`: it does, for the first time.
 */
export function createReplica(config: Config, log: Logger, onServes: () => void): Replica {
  const socketPath = join(config.paths.readers, `${process.pid}.sock`);
  const notePath = join(config.paths.readers, `${process.pid}.json`);
  let holder: string | null = null;
  let matchedAt = -Infinity;
  let open: Platform | null = null;
  let served = false;
  let leader: LeaderNote | null = null;

  /** null: it can't be told now, as while the lead goes from one to another */
  const mayRead = async (): Promise<boolean | null> => {
    const note = await leaderHere(config);
    if (holder === null) return null;
    if (note?.name !== holder) return systemClock.steady() - matchedAt < patienceMs ? null : false;
    matchedAt = systemClock.steady();
    leader = note;
    return note.build === ownBuild;
  };

  const begin = async (): Promise<void> => {
    const platform = await createPlatform(config, log, { reader: true });
    try {
      await mkdir(config.paths.readers, { recursive: true, mode: 0o700 });
      await platform.read(socketPath);
      const self = identify(process.pid);
      if (self === null) throw new Error('This process is not in /proc.');
      const note: ReaderNote = { ...self, socketPath, paths: readPaths };
      await writeFileAtomic(notePath, JSON.stringify(note));
    } catch (error) {
      await platform.close();
      throw error;
    }
    open = platform;
    log.info('control answers reads beside the one that leads');
    if (!served) onServes();
    served = true;
  };
  const end = async (): Promise<void> => {
    await rm(notePath, { force: true });
    const platform = open;
    open = null;
    await platform?.close();
  };

  const loop = createLoop({
    async step() {
      const may = await mayRead();
      if (may === true && open === null) await begin();
      if (may === false && open !== null) await end();
    },
    intervalMs: lookEveryMs,
    onError: (error) => log.error({ err: error }, 'reads can not be answered yet; it will be tried again'),
  });

  return {
    sees(name) {
      holder = name;
      loop.wake();
    },
    leaderHasGone: () => leader !== null && !isAlive(leader),
    settle: () => loop.close(),
    async close() {
      await loop.close();
      await end();
    },
  };
}
