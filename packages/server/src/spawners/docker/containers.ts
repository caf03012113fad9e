import type { Clock } from '../../lib/clock.ts';
import type { DockerApi, ListedContainer } from './api.ts';
import { labels } from './container.ts';

/** So old what we know of the containers may be, ms: however many servers there are, the engine is asked once in that time. */
const freshMs = 500;

/** The containers of one Emberlab, as the engine had them last. */
export function createContainers(api: Pick<DockerApi, 'list'>, clock: Clock, label: string) {
  let known: readonly ListedContainer[] = [];
  let askedAt = -Infinity;
  /** what was known before is out of date */
  let changedAt = -Infinity;
  let asking: Promise<void> | null = null;

  const ask = (): Promise<void> =>
    (asking ??= (async () => {
      // What is made while the answer is on its way may be missing in it.
      const began = clock.steady();
      try {
        known = await api.list(label);
        askedAt = began;
      } finally {
        asking = null;
      }
    })());

  /** Asks unless what is known is younger than `since`; a question that was on its way then is no answer. */
  async function atLeast(since: number): Promise<void> {
    if (askedAt < since) await (asking ?? ask());
    if (askedAt < since) await ask();
  }

  return {
    /** The container of one start of a server, as it was half a second ago; undefined: there is none. Throws where the engine does not answer. */
    async ofStart(start: string): Promise<ListedContainer | undefined> {
      await atLeast(Math.max(changedAt, clock.steady() - freshMs));
      return known.find((one) => one.labels[labels.start] === start);
    },
    /** All of them, as they are now. */
    async all(): Promise<readonly ListedContainer[]> {
      await atLeast(clock.steady());
      return known;
    },
    /** One was made or removed. */
    changed(): void {
      changedAt = clock.steady();
    },
  };
}
