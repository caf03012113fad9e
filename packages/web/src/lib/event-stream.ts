/** `connecting`: not yet, or down for a moment only · `live`: events arrive · `reconnecting`: down for longer than people should not know. */
export type StreamStatus = 'connecting' | 'live' | 'reconnecting';

export type StreamOptions<T> = {
  url: string;
  /** what an event says; undefined: nothing that concerns this page */
  read: (data: string) => T | undefined;
  onEvent: (event: T) => void;
  onStatus?: (status: StreamStatus) => void;
  /** the server refused the stream: the login may have ended */
  onRefused?: () => void;
  EventSource?: typeof EventSource;
};

/**
 * Reads events of these kinds. A newer server may send kinds that this page doesn't know; they are not for it. What is in one is taken as the server
 * says, as answers are.
 */
export const readKinds =
  <T extends { type: string }>(kinds: Readonly<Record<T['type'], true>>) =>
  (data: string): T | undefined => {
    try {
      const event = JSON.parse(data) as T | null;
      return event !== null && Object.hasOwn(kinds, event.type) ? event : undefined;
    } catch {
      return undefined;
    }
  };

/** How long the stream may be down before anyone is told. */
export const silentGapMs = 3000;
const firstRetryMs = 500;
const lastRetryMs = 15_000;

/**
 * Keeps a stream of server-sent events open until the returned function is called. The browser reconnects by itself after a broken connection, but gives
 * up when it is answered with an error (as by a proxy whose server restarts); then a new stream is opened, at growing distances.
 */
export function openEventStream<T>(options: StreamOptions<T>): () => void {
  const Source = options.EventSource ?? EventSource;
  const { onStatus = () => undefined } = options;
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let mark: ReturnType<typeof setTimeout> | undefined;
  let delay = firstRetryMs;

  const down = (): void => {
    mark ??= setTimeout(() => onStatus('reconnecting'), silentGapMs);
  };
  const connect = (): void => {
    down();
    source = new Source(options.url);
    source.addEventListener('open', () => {
      clearTimeout(mark);
      mark = undefined;
      delay = firstRetryMs;
      onStatus('live');
    });
    source.addEventListener('message', (message: MessageEvent<string>) => {
      const event = options.read(message.data);
      if (event !== undefined) options.onEvent(event);
    });
    source.addEventListener('error', () => {
      if (mark === undefined) onStatus('connecting');
      down();
      if (source.readyState !== Source.CLOSED) return;
      options.onRefused?.();
      retry = setTimeout(connect, delay * (0.8 + 0.4 * Math.random()));
      delay = Math.min(delay * 2, lastRetryMs);
    });
  };

  connect();
  return () => {
    clearTimeout(retry);
    clearTimeout(mark);
    source.close();
  };
}
