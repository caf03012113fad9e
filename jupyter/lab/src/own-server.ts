import type { LabServer } from '@emberlab/contract';
import { openEventStream, type StreamStatus } from '@emberlab/web/event-stream';
import { watchPageInUse } from '@emberlab/web/page-in-use';
import { msLeftToWarn } from '@emberlab/web/time-left';

/** Which the proxy in front of Jupyter answers, not Jupyter: they are told by the cookie that opens this server. */
const eventsUrl = '/-/server';
const extendUrl = '/-/server/extend';
const stopSessionUrl = '/-/sessions/stop';

const unreachable = 'Emberlab could not be reached. Please check your network and try again.';

/** The server that this page belongs to, as the platform has it. */
export type OwnServer = {
  /** null: not known (yet) */
  readonly state: LabServer | null;
  /** Calls `look` now, whenever the server changes, and every second, because what is left of its time does. */
  watch(look: (state: LabServer | null, now: number) => void): void;
  /** Calls `heard` whenever the platform has said something of the server. */
  onHeard(heard: () => void): void;
  /** Calls `back` when it says something for the first time after it did not answer. */
  onBack(back: () => void): void;
  /** Adds hours to its time, or with null takes its limit away. Throws with a sentence for people. */
  extend(hours: number | null): Promise<void>;
  /** Ends a Spark session of its notebooks. Throws with a sentence for people. */
  stopSession(id: number): Promise<void>;
  /** Ends all of that. */
  close(): void;
};

/**
 * Keeps up with the server by a stream. A page that nobody looks at lets go of it, since browsers allow six to one origin; near the end of the time it
 * takes it up again, because its title is seen then.
 */
export function openOwnServer(): OwnServer {
  const looks: (() => void)[] = [];
  const hearers: (() => void)[] = [];
  const backs: (() => void)[] = [];
  let state: LabServer | null = null;
  let inUse = true;
  let isDown = false;
  let closeStream: (() => void) | null = null;

  const put = (next: LabServer | null): void => {
    state = next;
    tick();
  };
  const hear = (next: LabServer): void => {
    put(next);
    for (const heard of hearers) heard();
    if (isDown) for (const back of backs) back();
    isDown = false;
  };
  const onStatus = (status: StreamStatus): void => {
    isDown ||= status === 'reconnecting';
  };
  const keepStream = (): void => {
    const wanted = inUse || (state !== null && msLeftToWarn(state, Date.now()) !== null);
    if (wanted) closeStream ??= openEventStream({ url: eventsUrl, read, onEvent: hear, onStatus, onRefused });
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
    onHeard: (heard) => void hearers.push(heard),
    onBack: (back) => void backs.push(back),
    extend: async (hours) => hear(await post(extendUrl, { hours })),
    stopSession: async (id) => hear(await post(stopSessionUrl, { id })),
    close() {
      stopWatching();
      clearInterval(timer);
      closeStream?.();
    },
  };
}

/** Asks for a change; answers the server as it is then. */
async function post(url: string, body: unknown): Promise<LabServer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer === null) throw new Error(unreachable);
  const said = (await answer.json().catch(() => null)) as LabServer | { error: { message: string } } | null;
  if (said !== null && 'error' in said) throw new Error(said.error.message);
  if (!answer.ok || said === null) throw new Error(unreachable);
  return said;
}

function read(data: string): LabServer | undefined {
  try {
    return JSON.parse(data) as LabServer;
  } catch {
    return undefined;
  }
}
