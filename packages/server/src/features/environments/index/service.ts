import {
  normalName,
  type IndexLibrary,
  type IndexSettings,
  type IndexTest,
  type LibrarySearch,
} from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Machine } from '../packaging/file-names.ts';
import { indexesOf, type IndexClient } from './client.ts';
import type { createNames } from './names.ts';
import type { IndexSettingsStore } from './settings.ts';
import { newestOf, versionsFor } from './versions.ts';

/** How long what an index said of a library is taken for true, ms. */
const knownMs = 10 * 60_000;
const mostKnown = 5000;
/** How many libraries are asked for at a time. */
const atOnce = 6;

export type IndexService = ReturnType<typeof createIndexService>;

/** What package indexes have. */
export function createIndexService(deps: {
  settings: IndexSettingsStore;
  client: IndexClient;
  names: ReturnType<typeof createNames>;
  clock: Clock;
  platformEnv: Readonly<Record<string, string | undefined>>;
}) {
  const { settings, client, names, clock } = deps;
  /** by name and machine */
  const known = new Map<string, { at: number; library: IndexLibrary | null }>();
  const wordOf = (key: string, on: Machine) => `${key} ${on.pythonVersion}`;
  const indexes = async (): Promise<readonly string[]> => indexesOf(await settings.get(), deps.platformEnv);

  async function look(key: string, on: Machine): Promise<IndexLibrary | null> {
    const word = wordOf(key, on);
    const before = known.get(word);
    if (before !== undefined && clock.now() - before.at < knownMs) return before.library;
    let library: IndexLibrary | null = null;
    for (const index of await indexes()) {
      const files = await client.files(index, key);
      if (files === null) continue;
      library = versionsFor(key, files, on);
      // As the installer has it: the first index that knows a name has the word.
      break;
    }
    known.delete(word);
    known.set(word, { at: clock.now(), library });
    for (const oldest of known.keys()) {
      if (known.size <= mostKnown) break;
      known.delete(oldest);
    }
    return library;
  }

  return {
    /** Throws `not_found` for a name that no index knows. */
    async library(name: string, on: Machine): Promise<IndexLibrary> {
      const found = await look(normalName(name), on);
      if (found === null)
        throw new HttpError('not_found', {
          message: `There is no library ${name} in the package index. Please check its name.`,
        });
      return found;
    },

    async search(typed: string, installed: ReadonlyMap<string, string>, on: Machine): Promise<LibrarySearch> {
      const found = await names.find(await indexes(), typed);
      let list = found.names;
      const whole = normalName(typed);
      if (!found.complete && !list.includes(whole) && /^[a-z0-9][a-z0-9-]*$/.test(whole)) {
        const exact = await look(whole, on).catch(() => null);
        if (exact !== null) list = [whole, ...list];
      }
      return {
        items: list.map((name) => ({ name, installed: installed.get(name) ?? null })),
        complete: found.complete,
        preparing: found.preparing,
      };
    },

    /** The newest version of a library as it was looked up last; null: not yet, or it has none. */
    newest(key: string, on: Machine): string | null {
      const library = known.get(wordOf(key, on))?.library ?? null;
      return library === null ? null : newestOf(library);
    },

    /** Looks all of these up. Throws when the index does not answer. */
    async lookUp(keys: readonly string[], on: Machine): Promise<void> {
      const left = [...keys];
      const take = async (): Promise<void> => {
        for (let key = left.pop(); key !== undefined; key = left.pop()) await look(key, on);
      };
      await Promise.all(Array.from({ length: atOnce }, take));
    },

    /** Forgets what was said, as after the settings have changed. */
    reset(): void {
      known.clear();
      names.reset();
    },

    async test(wanted: IndexSettings): Promise<IndexTest> {
      const all = indexesOf(await settings.unmasked(wanted), deps.platformEnv);
      if (all.length === 0) return { ok: true, message: 'No index is asked: libraries come from the folder alone.' };
      for (const index of all) {
        const host = new URL(index).host;
        try {
          // A library that each index has, or plainly has not.
          const files = await client.files(index, 'pip');
          if (files !== null && files.length === 0)
            return { ok: false, message: `${host} answers, but not as a package index.` };
        } catch (error) {
          const reason = error instanceof HttpError ? error.message : 'It does not answer.';
          return { ok: false, message: `${host}: ${reason}` };
        }
      }
      return {
        ok: true,
        message: all.length === 1 ? 'The package index answers.' : `All ${all.length} package indexes answer.`,
      };
    },
  };
}
