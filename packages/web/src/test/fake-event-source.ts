/** Stands in for the browser's `EventSource`; tests open, break and feed the latest one. */
export class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];

  /** The latest one of an address; pages may have several streams. */
  static of(url: string): FakeEventSource {
    const latest = FakeEventSource.all.findLast((one) => one.url === url);
    if (latest === undefined) throw new Error(`no EventSource of ${url} was made`);
    return latest;
  }

  static get latest(): FakeEventSource {
    const latest = FakeEventSource.all.at(-1);
    if (latest === undefined) throw new Error('no EventSource was made');
    return latest;
  }

  readonly url: string;
  readyState = FakeEventSource.CONNECTING;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEventSource.all.push(this);
  }

  open(): void {
    this.readyState = FakeEventSource.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  /** `finally`: the browser gives up, as when it is answered with an error */
  break(how: 'for a moment' | 'finally'): void {
    this.readyState = how === 'finally' ? FakeEventSource.CLOSED : FakeEventSource.CONNECTING;
    this.dispatchEvent(new Event('error'));
  }

  send(event: unknown): void {
    this.dispatchEvent(
      new MessageEvent('message', { data: typeof event === 'string' ? event : JSON.stringify(event) }),
    );
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
}
