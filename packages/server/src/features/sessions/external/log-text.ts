import { Readable } from 'node:stream';
import { HttpError } from '../../../http/errors.ts';
import { delay, type Clock } from '../../../lib/clock.ts';
import { LivyError } from '../livy/errors.ts';
import type { Asking } from './asking.ts';
import { logPageOf } from './log-routes.ts';
import { isFinal, type External } from './model.ts';

/** Livy's logs are rings of some hundred lines; what is longer is cut at its beginning. */
const mostLines = 2000;

/** The lines of a log by its parts: `stdout`, `stderr` and what a cluster says. */
type Parts = Map<string, string[]>;

/**
 * The log of a session on a project's Livy as text, in Livy's order; followed, what is new of each part as it comes. Throws `HttpError('unreachable')`
 * when that Livy does not answer to begin with.
 */
export async function logText(
  asking: Asking,
  external: External,
  options: { follow: boolean; signal: AbortSignal; clock: Clock; everyMs: number; now(): Promise<External | null> },
): Promise<Readable> {
  const { follow, signal, clock } = options;
  const read = async (): Promise<Parts> => {
    try {
      return partsOf((await logPageOf(asking, external, { from: null, size: -1 }, signal)).log);
    } catch (error) {
      throw error instanceof LivyError ? new HttpError('unreachable', { message: error.message, cause: error }) : error;
    }
  };
  const first = await read();
  return Readable.from(
    (async function* () {
      let shown = first;
      yield textOf([...first.values()].flat());
      let over = !follow;
      while (!over) {
        const now = await options.now();
        over = now === null || isFinal(now.state);
        if (!over) await delay(clock, options.everyMs, signal).catch(() => undefined);
        if (signal.aborted) return;
        const next = await read();
        yield textOf([...next].flatMap(([part, lines]) => newLines(shown.get(part) ?? [], lines)));
        shown = next;
      }
    })(),
    { objectMode: false },
  );
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Splits Livy's list of lines at its headings. Those of a cluster are shown. */
function partsOf(lines: readonly string[]): Parts {
  const parts: Parts = new Map([['', []]]);
  let part: string[] = parts.get('') ?? [];
  for (const line of lines) {
    const heading = /^\n?(stdout|stderr|YARN Diagnostics|Kubernetes Diagnostics): ?$/.exec(line)?.[1];
    if (heading === undefined) {
      part.push(line);
    } else {
      part = heading.startsWith('std') ? [] : [`${heading}:`];
      parts.set(heading, part);
    }
  }
  for (const [heading, all] of parts) parts.set(heading, all.slice(-mostLines));
  return parts;
}

/** What has come since `before`: the ring has lost some lines at its beginning and has others at its end. */
export function newLines(before: readonly string[], now: readonly string[]): string[] {
  for (let lost = 0; lost < before.length; lost++) {
    const kept = before.slice(lost);
    if (kept.length <= now.length && kept.every((line, at) => line === now[at])) return now.slice(kept.length);
  }
  return [...now];
}
