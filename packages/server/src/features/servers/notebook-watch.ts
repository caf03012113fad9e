import { delay } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { JupyterAccess } from './ask-jupyter.ts';
import type { ServersDeps } from './deps.ts';
import { askRuns } from './notebook-runs.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often it is looked whether all that run are listened to, ms; a server that has come up is looked at at once. */
const lookEveryMs = 5000;
/** One that has said nothing, as in an environment without our extension, is asked again after so long, ms: each question is a line in its log. */
const silenceMs = 60_000;
/** A server is not asked again before this: many cells that run one after the other are one piece of news, ms. */
const pauseMs = 500;

/**
 * Listens to the servers that run, one held request to each, and hands on which notebooks run in them. A server keeps what it has to say: after a
 * restart of control it is told again.
 */
export function createNotebookWatch(
  deps: ServersDeps & { store: ServerStore; accessTo: (record: ServerRecord) => Promise<JupyterAccess> },
) {
  const { store, clock } = deps;
  const ask = deps.askRuns ?? askRuns;
  const closing = new AbortController();
  const listening = new Map<string, Promise<void>>();
  /** servers that have said nothing, with the time until which they are left alone */
  const silent = new Map<string, number>();
  let loop: ReturnType<typeof createLoop> | null = null;

  /** Until the server doesn't answer. */
  async function listen(record: ServerRecord): Promise<void> {
    const { signal } = closing;
    const access = await deps.accessTo(record).catch(() => null);
    if (access === null) return;
    let answered = false;
    let version = 0;
    for (;;) {
      const news = await ask(access, version, signal);
      if (signal.aborted) return;
      if (news === null) {
        if (!answered) silent.set(record.id, clock.steady() + silenceMs);
        return;
      }
      answered = true;
      if (news.runs.length > 0) await deps.notebooks.note(record, news.runs);
      version = news.version;
      await delay(clock, pauseMs, signal);
    }
  }

  async function look(): Promise<void> {
    const live = await store.live();
    for (const [id, until] of silent) {
      if (clock.steady() >= until || !live.some((record) => record.id === id)) silent.delete(id);
    }
    for (const record of live) {
      if (record.state !== 'running' || listening.has(record.id) || silent.has(record.id)) continue;
      const ended = listen(record)
        .catch((error: unknown) => {
          if (closing.signal.aborted) return;
          deps.log.error({ err: error, server: record.id }, 'what runs in a server was not written down');
        })
        .finally(() => listening.delete(record.id));
      listening.set(record.id, ended);
    }
  }

  return {
    look,
    start(): void {
      const onError = (error: unknown) => deps.log.error({ err: error }, 'which notebooks run is not known');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    wake: (): void => loop?.wake(),
    async close(): Promise<void> {
      // Once nothing new is begun.
      await loop?.close();
      closing.abort(new Error('closed'));
      await Promise.all(listening.values());
    },
  };
}
