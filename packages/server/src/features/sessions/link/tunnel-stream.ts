import { Duplex } from 'node:stream';
import { windowBytes, type TunnelFrame } from './tunnel-frames.ts';

/** A piece small enough that streams take turns on the connection. */
const pieceBytes = 64 * 1024;
/** Consumed bytes are credited in portions: far below the window, so that the sender never stops for want of a credit that we hold back. */
const creditBytes = 128 * 1024;

/** One stream over an agent's connection: what is written goes out as frames, within the credit that the other side gives. */
export class TunnelStream extends Duplex {
  readonly #id: number;
  readonly #send: (frame: TunnelFrame) => void;
  /** what may still be sent */
  #credit = windowBytes;
  /** what the other side may still send */
  #allowed = windowBytes;
  #consumed = 0;
  #arrived: Buffer[] = [];
  #wanted = false;
  #otherEnded = false;
  #finished = false;
  #unsent: { bytes: Buffer; done: () => void } | null = null;

  constructor(id: number, send: (frame: TunnelFrame) => void) {
    super({ allowHalfOpen: true });
    this.#id = id;
    this.#send = send;
  }

  /** Takes a frame of this stream. A side that sends more than it may has its stream reset: nothing here grows without bound. */
  accept(frame: TunnelFrame): void {
    if (this.destroyed) return;
    switch (frame.op) {
      case 'data':
        this.#allowed -= frame.bytes.length;
        if (this.#allowed < 0 || this.#otherEnded) return void this.destroy(new Error('The agent broke the protocol.'));
        this.#arrived.push(frame.bytes);
        return this.#deliver();
      case 'end':
        this.#otherEnded = true;
        return this.#deliver();
      case 'reset':
        // The other side has forgotten the stream: no reset goes back.
        this.#otherEnded = true;
        this.#finished = true;
        return void this.destroy(new Error('The agent reset the stream.'));
      case 'credit':
        // It grants what it has taken off its hands, which is never more than the window.
        this.#credit = Math.min(this.#credit + frame.credit, windowBytes);
        return this.#flush();
      case 'open':
        return void this.destroy(new Error('The agent broke the protocol.'));
    }
  }

  override _read(): void {
    this.#wanted = true;
    this.#deliver();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#unsent = { bytes: chunk, done };
    this.#flush();
  }

  override _final(done: () => void): void {
    this.#finished = true;
    this.#send({ op: 'end', stream: this.#id });
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#finished || !this.#otherEnded) this.#send({ op: 'reset', stream: this.#id });
    this.#arrived = [];
    this.#unsent = null;
    done(error);
  }

  #deliver(): void {
    while (this.#wanted) {
      const bytes = this.#arrived.shift();
      if (bytes === undefined) {
        if (this.#otherEnded) {
          this.#wanted = false;
          this.push(null);
        }
        return;
      }
      this.#consumed += bytes.length;
      if (this.#consumed >= creditBytes) {
        this.#allowed += this.#consumed;
        this.#send({ op: 'credit', stream: this.#id, credit: this.#consumed });
        this.#consumed = 0;
      }
      this.#wanted = this.push(bytes);
    }
  }

  #flush(): void {
    while (this.#unsent !== null && this.#credit > 0) {
      const { bytes, done } = this.#unsent;
      const size = Math.min(bytes.length, this.#credit, pieceBytes);
      this.#send({ op: 'data', stream: this.#id, bytes: bytes.subarray(0, size) });
      this.#credit -= size;
      if (size < bytes.length) {
        this.#unsent = { bytes: bytes.subarray(size), done };
      } else {
        this.#unsent = null;
        done();
      }
    }
  }

  // Node's HTTP client treats what it connects over as a socket; these parts of one mean nothing here.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
