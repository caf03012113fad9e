import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../tools.ts';

export type Kind = 'pyspark' | 'spark' | 'sparkr' | 'sql';

type Output = { status: 'ok' | 'error'; data?: Record<string, unknown>; evalue?: string };
export type Statement = { id: number; state: string; output: Output | null; completed: number };

/** A client of Livy's REST, of the plainest kind. `base` is Livy's root, such as http://127.0.0.1:8080/livy/demo. */
export class Livy {
  readonly base: string;
  readonly headers: Record<string, string>;

  constructor(base: string, headers: Record<string, string> = {}) {
    this.base = base;
    this.headers = headers;
  }

  async ask<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await fetch(this.base + path, {
      method,
      headers: { ...this.headers, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Starts a session and waits until it is idle. Answers its id. */
  async start(body: Record<string, unknown>): Promise<number> {
    const { id } = await this.ask<{ id: number }>('POST', '/sessions', body);
    const { state } = await until(
      () => this.ask<{ state: string }>('GET', `/sessions/${id}`),
      (session) => !['not_started', 'starting'].includes(session.state),
    );
    if (state !== 'idle') throw new Error(`session ${id} is ${state}`);
    return id;
  }

  end(session: number): Promise<unknown> {
    return this.ask('DELETE', `/sessions/${session}`);
  }

  submit(session: number, code: string, kind?: string): Promise<Statement> {
    return this.ask('POST', `/sessions/${session}/statements`, { code, ...(kind === undefined ? {} : { kind }) });
  }

  /** Waits for a statement's end. A gateway that holds its answers is asked once; any other every 10 ms, so that its own time is measured and not a poll's. */
  async result(session: number, statement: number): Promise<Statement> {
    for (;;) {
      const found = await this.ask<Statement>('GET', `/sessions/${session}/statements/${statement}`);
      if (['available', 'cancelled', 'error'].includes(found.state)) return found;
      await pause(10);
    }
  }

  /** Runs a statement that ends within seconds by one request, whose answer has the result: a gateway may heed the preference or not (RFC 7240). */
  runAtOnce(session: number, code: string, kind: string): Promise<Statement> {
    return this.ask('POST', `/sessions/${session}/statements`, { code, kind }, { prefer: 'wait=5' });
  }

  /** Runs a statement to its end; throws what it failed with. */
  async run(session: number, code: string, kind?: string): Promise<Statement> {
    const { id } = await this.submit(session, code, kind);
    const statement = await this.result(session, id);
    if (statement.output?.status === 'error') throw new Error(`${code}: ${statement.output.evalue}`);
    return statement;
  }
}
