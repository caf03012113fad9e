import type { FastifyReply, FastifyRequest } from 'fastify';
import { goneSignal, type Query } from '../livy/context.ts';
import { readOptionalInt } from '../livy/numbers.ts';
import { sendJson } from '../livy/plugin.ts';
import type { Asking } from './asking.ts';
import type { External } from './model.ts';
import { notLivy } from './refusals.ts';
import { readLog } from './seen.ts';

const forgotten = 'emberlab: The Livy of this project has no log of this any more.';

/** A page of a log, as a project's Livy has it. `from` null: the last `size` lines. Throws `LivyError`. */
export async function logPageOf(
  asking: Asking,
  external: External,
  page: { from: number | null; size: number | null },
  signal: AbortSignal,
): Promise<{ from: number; total: number; log: string[] }> {
  if (external.externalId === null) return { from: 0, total: 0, log: [] };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(page)) if (value !== null) query.set(name, String(value));
  const below = `/log${query.size === 0 ? '' : `?${query.toString()}`}`;
  const answer = await asking.ask(external, { method: 'GET', below, signal });
  if (answer.status === 404) {
    // Its end is taken note of; what it has said is gone.
    await asking.refusal(external, answer, 'GET');
    return { from: 0, total: 1, log: [forgotten] };
  }
  if (answer.status !== 200) throw await asking.refusal(external, answer, 'GET');
  const read = readLog(answer.json);
  if (read === null) throw notLivy('log');
  return read;
}

export async function sendLogPage(
  asking: Asking,
  external: External,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = request.query as Query;
  const page = { from: readOptionalInt(query, 'from'), size: readOptionalInt(query, 'size') };
  return sendJson(reply, 200, { id: external.id, ...(await logPageOf(asking, external, page, goneSignal(reply))) });
}
