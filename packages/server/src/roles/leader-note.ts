import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { migrationNames } from '../db/migrate.ts';
import { planeName } from '../db/plane-name.ts';
import { delay, type Clock } from '../lib/clock.ts';
import { writeFileAtomic } from '../lib/files.ts';
import { identify, isAlive, type ProcessIdentity } from '../lib/process.ts';
import { version } from '../version.ts';

/** Who leads in a data folder. `name`: as the database knows it · `build`: what its code is like */
export type LeaderNote = ProcessIdentity & { readonly name: string; readonly build: string };

/** Two with the same answer alike, of the same tables. */
export const ownBuild = createHash('sha256')
  .update(JSON.stringify([version, migrationNames]))
  .digest('hex')
  .slice(0, 12);

/** A former one has so long to end by itself, ms: it has lost the lead, and so it does. */
const patienceMs = 2000;
const lookEveryMs = 20;

const fileOf = (config: Pick<Config, 'paths'>): string => join(config.paths.run, 'leader.json');

/** Who has written last that it leads here, alive or not; null: nobody has. */
export async function leaderHere(config: Pick<Config, 'paths'>): Promise<LeaderNote | null> {
  try {
    const note = JSON.parse(await readFile(fileOf(config), 'utf8')) as Partial<LeaderNote>;
    const { pid, startTicks, name, build } = note;
    if (typeof pid !== 'number' || typeof startTicks !== 'string') return null;
    return { pid, startTicks, name: String(name), build: String(build) };
  } catch {
    return null;
  }
}

/**
 * Writes down that this process leads here, once the one that did has ended. That one has lost the lock of the database, but may not know it yet, or stand still:
 * after a while it is killed, so that never two of them start or end anything on this machine.
 */
export async function succeedLeader(config: Pick<Config, 'paths'>, clock: Clock): Promise<void> {
  const former = await leaderHere(config);
  if (former !== null && former.pid !== process.pid) {
    const end = clock.steady() + patienceMs;
    while (isAlive(former)) {
      if (clock.steady() > end) kill(former);
      await delay(clock, lookEveryMs);
    }
  }
  const self = identify(process.pid);
  if (self === null) throw new Error('This process is not in /proc.');
  const note: LeaderNote = { ...self, name: planeName(), build: ownBuild };
  await writeFileAtomic(fileOf(config), JSON.stringify(note));
}

function kill({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}
