import type { LabServer } from '@emberlab/contract';
import { openEventStream } from '@emberlab/web/event-stream';
import { watchPageInUse } from '@emberlab/web/page-in-use';
import { msLeftToWarn } from '@emberlab/web/time-left';

/** Which the proxy in front of Jupyter answers, not Jupyter: they are told by the cookie that opens this server. */
const eventsUrl = '/-/server';
const extendUrl = '/-/server/extend';

const unreachable = 'Emberlab could not be reached. Please check your network and try again.';

/** The server that this page belongs to, as the platform has it. */
export type OwnServer = {
  /** null: not known (yet) */
  readonly state: LabServer | null;
  /** Calls `look` now, whenever the server changes, and every second, because what is left of its time does. */
  watch(look: (state: LabServer | null, now: number) => void): void;
  /** Adds hours to its time, or with null takes its limit away. Throws with a sentence for people. */
  extend(hours: number | null): Promise<void>;
  /** Ends all of that. */
  close(): void;
};

/**
 * Keeps up with the server by a stream. A page that nobody looks at lets go of it, since browsers allow six to one origin; near the end of the time it
 * takes it up again, because its title is seen then.
 */
export function openOwnServer(): OwnServer {
  const looks: (() => void)[] = [];
  let state: LabServer | null = null;
  let inUse = true;
  let closeStream: (() => void) | null = null;

  const put = (next: LabServer | null): void => {
    state = next;
    tick();
  };
  const keepStream = (): void => {
    const wanted = inUse || (state !== null && msLeftToWarn(state, Date.now()) !== null);
    if (wanted) closeStream ??= openEventStream({ url: eventsUrl, read, onEvent: put, onRefused });
    else {
      closeStream?.();
      closeStream = null;
    }
  };
  /** The way to a server is closed before it has stopped, so its last word was that it is stopping. Of any other nothing is known any more. */
  const onRefused = (): void => {
    const wasStopped = state?.state === 'stopping' || state?.state === 'stopped';
    put(state !== null && wasStopped ? { ...state, state: 'stopped' } : null);
  };
  const tick = (): void => {
    keepStream();
    for (const look of looks) look();
  };

  const stopWatching = watchPageInUse((now) => {
    inUse = now;
    keepStream();
  });
  const timer = setInterval(tick, 1000);

  return {
    get state() {
      return state;
    },
    watch(look) {
      const run = () => look(state, Date.now());
      looks.push(run);
      run();
    },
    async extend(hours) {
      const answer = await fetch(extendUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ hours }),
      }).catch(() => null);
      if (answer === null) throw new Error(unreachable);
      const body = (await answer.json().catch(() => null)) as LabServer | { error: { message: string } } | null;
      if (body !== null && 'error' in body) throw new Error(body.error.message);
      if (!answer.ok || body === null) throw new Error(unreachable);
      put(body);
    },
    close() {
      stopWatching();
      clearInterval(timer);
      closeStream?.();
    },
  };
}

function read(data: string): LabServer | undefined {
  try {
    return JSON.parse(data) as LabServer;
  } catch {
    return undefined;
  }
}
