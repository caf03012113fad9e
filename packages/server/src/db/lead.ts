import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Lead } from './postgres/lead.ts';

export type { Lead };

/**
 * Waits until this control plane is the only one that works with its database, as its reconcilers need: two would take each other's servers for lost. A file of
 * SQLite lies in the data folder, which the supervisor has claimed. Null: aborted while it waited. `onWait` hears why it waits, as a sentence, and how the one
 * calls itself for which it does (see `plane-name.ts`; null: that is not known).
 */
export async function leadDatabase(
  config: Pick<Config, 'databaseUrl'>,
  options: {
    clock: Clock;
    signal: AbortSignal;
    onWait: (sentence: string, holder: string | null) => void;
    /** as in `takeLead` */
    hurry?: () => boolean;
  },
): Promise<Lead | null> {
  if (config.databaseUrl === null) return { lost: new Promise(() => undefined), close: async () => undefined };
  const { takeLead } = await import('./postgres/lead.ts');
  return takeLead({
    url: config.databaseUrl,
    clock: options.clock,
    signal: options.signal,
    ...(options.hurry === undefined ? {} : { hurry: options.hurry }),
    onWait: (why) =>
      'away' in why ? options.onWait(away(why.away), null) : options.onWait(held(why.holder), why.holder),
  });
}

const away = (reason: string) => `The database can't be reached (${reason}). It is tried again until it is there.`;
const held = (holder: string | null) =>
  `Another control plane works with this database (${holder ?? 'its name is not known'}). This one waits, and takes over when that one has ended.`;
