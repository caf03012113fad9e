import { expect } from 'vitest';
import { patience, startPatience, until, type Answer, type Call, type Json } from './api.ts';
import type { Kind } from './target.ts';

/** A session as its client uses it. */
export class Session {
  readonly call: Call;
  readonly id: number;
  readonly kind: Kind | 'shared';

  constructor(call: Call, id: number, kind: Kind | 'shared') {
    this.call = call;
    this.id = id;
    this.kind = kind;
  }

  ask(method: string, path = '', body?: unknown): Promise<Answer> {
    return this.call(method, `/sessions/${this.id}${path}`, body === undefined ? {} : { body });
  }

  async state(): Promise<string> {
    const { status, json } = await this.ask('GET', '/state');
    return status === 200 ? json.state : `status ${status}`;
  }

  /** Waits for a state; `status 404` is the one of a session that is gone. */
  async becomes(state: string, within = patience): Promise<void> {
    await until(
      `session ${this.id} ${state}`,
      () => this.state(),
      (now) => now === state,
      { within },
    );
  }

  isIdle = (): Promise<void> => this.becomes('idle', startPatience);

  /** Hands in a statement. Its kind is said where the session has another, or none. */
  async post(code: string, kind: Kind | null = null): Promise<Json> {
    const body = kind === null || kind === this.kind ? { code } : { code, kind };
    const { status, json, text } = await this.ask('POST', '/statements', body);
    expect([status, status === 201 ? '' : text]).toEqual([201, '']);
    return json;
  }

  /** A statement; the answer may wait until it has ended. */
  async statement(id: number): Promise<Json> {
    const { status, json } = await this.ask('GET', `/statements/${id}`);
    expect(status).toBe(200);
    return json;
  }

  /** Statements as the list has them, whose answer doesn't wait. */
  async list(query = ''): Promise<Json[]> {
    return (await this.ask('GET', `/statements${query}`)).json.statements;
  }

  /** One of the newest statements; the answer doesn't wait. */
  async peek(id: number): Promise<Json> {
    // Not the whole list, which has all outputs.
    return (await this.newest()).find((one) => one.id === id);
  }

  newest = (count = 6): Promise<Json[]> => this.list(`?order=desc&size=${count}`);

  /** Waits until a statement has begun. */
  async begins(id: number): Promise<void> {
    await until(
      `statement ${id} running`,
      () => this.peek(id),
      (one) => one.state === 'running',
    );
  }

  /** Waits until a statement has ended. */
  ends(id: number, within = startPatience): Promise<Json> {
    return until(
      `statement ${id} ended`,
      () => this.statement(id),
      ({ state }) => state === 'available' || state === 'cancelled',
      { within },
    );
  }

  /** Runs code to its end; answers its output. */
  async run(code: string, kind: Kind | null = null): Promise<Json> {
    const { state, output } = await this.ends((await this.post(code, kind)).id);
    expect(state).toBe('available');
    return output;
  }

  async cancel(id: number): Promise<void> {
    const { status, json } = await this.ask('POST', `/statements/${id}/cancel`, {});
    expect([status, json]).toEqual([200, { msg: 'canceled' }]);
  }
}
