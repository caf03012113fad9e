import { delay } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { JupyterAccess } from './ask-jupyter.ts';
import type { ServersDeps } from './deps.ts';
import { askRuns } from './notebook-runs.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often it is looked whether all that run are listened to, ms; a server that has come up is listened to at once. */
const lookEveryMs = 5000;
/** One that has said nothing, as in an environment without our extension, is asked again after so long, ms: each question is a line in its log. */
const silenceMs = 60_000;
/** Of those that nobody listens to, as all are after a restart, so many are taken up at a time. */
const mostAtOnce = 500;
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
  let closed = false;

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

  function begin(record: ServerRecord): void {
    if (record.state !== 'running' || listening.has(record.id) || silent.has(record.id)) return;
    const ended = listen(record)
      .catch((error: unknown) => {
        if (closing.signal.aborted) return;
        deps.log.error({ err: error, server: record.id }, 'what runs in a server was not written down');
      })
      .finally(() => listening.delete(record.id));
    listening.set(record.id, ended);
  }

  async function look(): Promise<void> {
    const running = new Set(await store.running());
    for (const [id, until] of silent) {
      if (clock.steady() >= until || !running.has(id)) silent.delete(id);
    }
    const unheard = [...running].filter((id) => !listening.has(id) && !silent.has(id));
    for (const record of await store.live({ ids: unheard.slice(0, mostAtOnce) })) begin(record);
  }

  return {
    look,
    start(): void {
      const onError = (error: unknown) => deps.log.error({ err: error }, 'which notebooks run is not known');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    /** One is as it is now: it may have come up. */
    saw(record: ServerRecord): void {
      if (loop !== null && !closed) begin(record);
    },
    async close(): Promise<void> {
      closed = true;
      // Once nothing new is begun.
      await loop?.close();
      closing.abort(new Error('closed'));
      await Promise.all(listening.values());
    },
  };
}
