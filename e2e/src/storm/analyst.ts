import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.ts';
import type { Person } from './people.ts';

type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown } | null>;
type Statement = { id: number; state: string; output: { status: string; data?: Record<string, unknown> } | null };

/** A session keeps its newest 100 statements; fewer than that are all there. */
const kept = 80;

/** Counts from 1. */
const code = "n = globals().get('n', 0) + 1\nn";

/**
 * Has a Spark session that counts: each statement adds one and answers the sum. Whether requests got lost or not, the results are then 1, 2, 3, … in the
 * order of the statements, each once, and all of them are still there at the end. `ask` answers null for a request that nobody answered.
 */
export function analyst(ask: Ask, random: Random): Person {
  const problems: string[] = [];
  let session: number | null = null;
  let counted = 0;
  let told = 0;
  /** whether its end has been asked for: the answer may be lost */
  let ending = false;

  const post = async (path: string, body: unknown) => ask('POST', path, body);
  async function begin(): Promise<void> {
    const name = `storm-${random.between(0, 2 ** 31)}`;
    const body = { kind: 'pyspark', driverMemory: '600m', driverCores: 1, name };
    const made = await post('/sessions', body);
    // Its name is its own, so that it can be found where the answer was lost.
    const found = made !== null && made.status === 201 ? made : await ask('GET', `/sessions/${name}`);
    if (found === null || found.status >= 400) {
      if (made !== null) problems.push(`a session was refused: ${made.status} ${JSON.stringify(made.body)}`);
      return;
    }
    session = (found.body as { id: number }).id;
    counted = 0;
    told = 0;
    ending = false;
  }

  async function statements(): Promise<Statement[] | null> {
    const answer = await ask('GET', `/sessions/${session}/statements?from=0&size=10000`);
    return answer?.status === 200 ? (answer.body as { statements: Statement[] }).statements : null;
  }

  /** Compares all results so far. */
  async function look(): Promise<boolean> {
    const all = await statements();
    if (all === null) return false;
    const sums = all
      .filter(({ state }) => state === 'available')
      .flatMap(({ output }) => (output?.status === 'ok' ? [Number(output.data?.['text/plain'])] : [Number.NaN]));
    if (sums.some((sum, index) => sum !== index + 1)) {
      problems.push(`session ${session} has counted ${sums.join(' ')}`);
      session = null;
      return true;
    }
    if (sums.length < counted) problems.push(`session ${session} has lost results: ${sums.length} of ${counted}`);
    counted = sums.length;
    if (all.length < told) problems.push(`session ${session} has lost statements: ${all.length} of ${told}`);
    return all.every(({ state }) => state === 'available');
  }

  async function end(): Promise<void> {
    ending = true;
    const answer = await ask('DELETE', `/sessions/${session}`);
    if (answer !== null && (answer.status === 200 || answer.status === 404)) session = null;
  }

  return {
    name: 'analyst',
    async act() {
      if (session === null) {
        await begin();
        return;
      }
      if (ending) {
        await end();
        return;
      }
      const seen = await ask('GET', `/sessions/${session}/state`);
      const state = seen?.status === 200 ? (seen.body as { state: string }).state : null;
      if (state === 'dead' || state === 'error' || state === 'killed') {
        const log = await ask('GET', `/sessions/${session}/log?size=40`);
        problems.push(`session ${session} is ${state}: ${JSON.stringify(log?.body)}`);
        session = null;
      } else if (told >= kept) {
        if (await look()) await end();
        await pause(50);
      } else if (state === 'idle' || state === 'busy') {
        const sent = await post(`/sessions/${session}/statements`, { code, kind: 'pyspark' });
        if (sent?.status === 201) told = (sent.body as { id: number }).id + 1;
        else if (sent !== null && sent.status < 500)
          problems.push(`a statement was refused: ${sent.status} ${JSON.stringify(sent.body)}`);
        await look();
      } else {
        await pause(200);
      }
    },
    async compare() {
      // What was sent last may still run.
      for (;;) {
        if (session === null || ending || problems.length > 0 || (await look())) return problems;
        await pause(200);
      }
    },
  };
}
