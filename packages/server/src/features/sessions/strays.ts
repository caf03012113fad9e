import type { LiveWork, NamedEngine } from '../../engines/engine.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';

const lookEveryMs = 60_000;

/** Ends what clusters have of drivers and executors that no row asks for. Does nothing where there can be none. */
export function createStrayWatch(parts: {
  readonly engines: readonly NamedEngine[];
  readonly live: () => Promise<LiveWork>;
  readonly log: Log;
}) {
  const { live, log } = parts;
  const able = parts.engines.filter(({ engine }) => engine.endStrays !== undefined);

  async function look(): Promise<void> {
    for (const { name, engine } of able) {
      // One cluster that is away keeps no other from being looked at.
      const ended = await engine.endStrays?.(live).catch((error: unknown) => {
        log.warn(
          { engine: name, err: error },
          'looking for drivers that nobody asks for failed; it will be tried again',
        );
        return 0;
      });
      if (ended !== undefined && ended > 0)
        log.warn({ engine: name, ended }, 'Pods were there that nobody asks for; they are ended');
    }
  }

  let loop: ReturnType<typeof createLoop> | null = null;
  return {
    look,
    start(): void {
      if (able.length === 0) return;
      const onError = (error: unknown) => log.error({ err: error }, 'looking for drivers that nobody asks for failed');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
