import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { normalName } from '@emberlab/contract';
import type { Clock } from '../../../lib/clock.ts';
import { writeFileAtomic } from '../../../lib/files.ts';
import { digest } from '../../../lib/ids.ts';
import type { Log } from '../../../lib/log.ts';
import type { IndexClient } from './client.ts';

/** How old a list may be, ms. */
const freshMs = 24 * 3_600_000;
/** How long is waited after one could not be fetched, ms. */
const retryMs = 10 * 60_000;
const patienceMs = 120_000;
const mostBytes = 256 * 1024 ** 2;
const mostFound = 20;

/** What the search can say now. */
export type FoundNames = { readonly names: readonly string[]; readonly complete: boolean; readonly preparing: boolean };

/** All names of an index as one text: a line each, sorted, with a line break before and after each. */
type List = { readonly text: string; readonly at: number };

/**
 * Finds names of libraries while somebody types. The list of an index is fetched when it is searched first, kept on disk, and searched as one text in
 * memory: many hundred thousand names take some ten megabytes that way, and a search a few milliseconds.
 */
export function createNames(deps: { client: IndexClient; clock: Clock; folder: string; log: Log }) {
  const { client, clock } = deps;
  const closed = new AbortController();
  const lists = new Map<string, List | 'none'>();
  const fetching = new Map<string, Promise<void>>();
  const failedAt = new Map<string, number>();
  const fileOf = (index: string) => join(deps.folder, `${digest(index).slice(0, 32)}.txt`);

  async function fetchList(index: string): Promise<void> {
    const body = await client.names(index, AbortSignal.any([closed.signal, AbortSignal.timeout(patienceMs)]));
    if (body === null) {
      lists.set(index, 'none');
      return;
    }
    const text = await readNames(body);
    await mkdir(deps.folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(fileOf(index), text);
    lists.set(index, { text, at: clock.now() });
  }

  async function fromDisk(index: string): Promise<void> {
    const found = await stat(fileOf(index)).catch(() => null);
    if (found === null) return;
    const text = await readFile(fileOf(index), 'utf8');
    lists.set(index, { text, at: found.mtimeMs });
  }

  /** Has the list fetched where that is due; nobody waits for it. */
  function refresh(index: string): void {
    const list = lists.get(index);
    if (list === 'none' || (list !== undefined && clock.now() - list.at < freshMs)) return;
    if (fetching.has(index) || clock.now() - (failedAt.get(index) ?? -retryMs) < retryMs) return;
    const done = fetchList(index)
      .catch((error: unknown) => {
        if (closed.signal.aborted) return;
        failedAt.set(index, clock.now());
        deps.log.warn({ err: error }, 'the list of names of a package index could not be fetched');
      })
      .finally(() => fetching.delete(index));
    fetching.set(index, done);
  }

  return {
    /** Names with the typed text in them, the best match first. */
    async find(indexes: readonly string[], typed: string): Promise<FoundNames> {
      const names = new Set<string>();
      let [complete, preparing] = [true, false];
      for (const index of indexes) {
        if (!lists.has(index)) await fromDisk(index);
        refresh(index);
        const list = lists.get(index);
        if (list === undefined || list === 'none') {
          complete = false;
          preparing ||= fetching.has(index);
        } else for (const name of search(list.text, normalName(typed))) names.add(name);
      }
      return { names: best([...names], normalName(typed)), complete, preparing };
    },
    /** Forgets that an index had no list, as after its address was set anew. */
    reset(): void {
      for (const [index, list] of lists) if (list === 'none') lists.delete(index);
      failedAt.clear();
    },
    /** Resolves when nothing is being fetched. */
    settled: async (): Promise<void> => void (await Promise.all(fetching.values())),
    async close(): Promise<void> {
      closed.abort(new Error('closed'));
      await Promise.all(fetching.values());
    },
  };
}

/** Takes the names out of the answer, which may be too large to be read as one value. */
async function readNames(body: ReadableStream<Uint8Array>): Promise<string> {
  const names: string[] = [];
  const decoder = new TextDecoder();
  let [rest, bytes] = ['', 0];
  for await (const part of body) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error('the list of names is too large');
    rest += decoder.decode(part, { stream: true });
    let end = 0;
    for (const match of rest.matchAll(/"name"\s*:\s*"([A-Za-z0-9._-]{1,128})"/g)) {
      names.push(normalName(match[1] ?? ''));
      end = match.index + match[0].length;
    }
    // A name may be cut in two here.
    rest = rest.slice(Math.max(end, rest.length - 300));
  }
  return `\n${[...new Set(names)].toSorted().join('\n')}\n`;
}

/** Some lines with a text in them: that line itself, those that begin with it, and others as they come. */
function search(text: string, typed: string): string[] {
  const found: string[] = [];
  for (const [needle, most] of [
    [`\n${typed}\n`, 1],
    [`\n${typed}`, mostFound * 5],
    [typed, mostFound * 5],
  ] as const) {
    let at = text.indexOf(needle);
    for (let count = 0; at >= 0 && count < most; count += 1) {
      const start = text.lastIndexOf('\n', needle.startsWith('\n') ? at : at - 1) + 1;
      const end = text.indexOf('\n', start);
      found.push(text.slice(start, end));
      at = text.indexOf(needle, end);
    }
  }
  return found;
}

/** The name itself, then the shortest that begin with it, then the shortest with it in them. */
function best(names: readonly string[], typed: string): string[] {
  const rank = (name: string) => (name === typed ? 0 : name.startsWith(typed) ? 1 : 2);
  return names.toSorted((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1)).slice(0, mostFound);
}
