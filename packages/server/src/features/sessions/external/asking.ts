import type { IncomingMessage } from 'node:http';
import type { Reach } from '../../../lib/reach.ts';
import { LivyError } from '../livy/errors.ts';
import { LivyCallError } from './call-error.ts';
import { readJson, type Answer, type LivyClient } from './client.ts';
import type { ExternalLifecycle } from './lifecycle.ts';
import type { LivyStore } from './livy-store.ts';
import { upstreamOf } from './login.ts';
import { pathOf } from './make.ts';
import { isFinal, type External, type LivyServer, type Upstream } from './model.ts';
import { notLivy, refusalOf, unreachable, wrongState } from './refusals.ts';
import { readSeen } from './seen.ts';

/** A request about one session or batch; `below`: what stands behind its number. */
export type Question = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly below?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

export type Asking = ReturnType<typeof createAsking>;

/** Asks the Livy of a session or batch about it, and says what went wrong as `LivyError`. */
export function createAsking(parts: {
  livys: LivyStore;
  client: LivyClient;
  lifecycle: ExternalLifecycle;
  /** the addresses that owners may set */
  allowed: Reach;
}) {
  const { client, lifecycle } = parts;

  const upstreamOfServer = (server: LivyServer): Upstream => upstreamOf(server, parts.allowed);

  const upstreamFor = async ({ livyId }: External): Promise<Upstream> => {
    const server = livyId === null ? null : await parts.livys.find(livyId);
    if (server === null) throw new LivyCallError('no', 'the project uses another one now');
    return upstreamOfServer(server);
  };

  /** The answer as a stream, whatever its status. By name: a Livy that was started anew may have given the number to somebody else. */
  const open = (external: External, { method, below, body, signal }: Question): Promise<IncomingMessage> =>
    explained(method, async () => {
      const { type, externalId, externalName } = external;
      if (externalId === null) throw new LivyCallError('no', `it is not known yet whether it has started the ${type}`);
      return client.stream(await upstreamFor(external), {
        method,
        path: pathOf(type, externalName, below),
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
    });

  const ask = async (external: External, question: Question): Promise<Answer> => {
    const stream = await open(external, question);
    return explained(question.method, () => readAnswer(stream));
  };

  return {
    upstreamOfServer,
    upstreamFor,
    open,
    ask,

    /** Lets its Livy forget what has ended, as far as that works: nothing is lost without. */
    async forget(external: External): Promise<void> {
      try {
        const path = pathOf(external.type, external.externalName);
        await client.call(await upstreamFor(external), { method: 'DELETE', path });
      } catch (error) {
        if (!(error instanceof LivyCallError)) throw error;
      }
    },

    /** The error for an answer that is no success. A session that its Livy knows no more is dead from now on. */
    async refusal(external: External, answer: Answer, method: Question['method']): Promise<LivyError> {
      if (isGone(answer)) {
        const now = await lifecycle.vanished(external.type, external.id);
        return wrongState(now?.state ?? 'dead');
      }
      return refusalOf(answer, { repeatable: method !== 'POST', subject: external });
    },

    /** It as its Livy has it now, and the last lines of its log. What has ended is known well enough without. */
    async look(external: External, signal?: AbortSignal): Promise<{ external: External; log: readonly string[] }> {
      const known = { external, log: [] };
      if (external.externalId === null) return known;
      let answer: Answer;
      try {
        answer = await ask(external, { method: 'GET', ...(signal === undefined ? {} : { signal }) });
      } catch (error) {
        if (error instanceof LivyError && isFinal(external.state)) return known;
        throw error;
      }
      const { type, id } = external;
      if (answer.status === 404) return { ...known, external: (await lifecycle.vanished(type, id)) ?? external };
      if (answer.status !== 200) {
        if (isFinal(external.state)) return known;
        throw refusalOf(answer, { repeatable: true, subject: external });
      }
      const seen = readSeen(type, answer.json);
      if (seen === null) throw notLivy(type);
      return { external: (await lifecycle.seen(type, id, seen)) ?? external, log: seen.log };
    },
  };
}

/** Whether a Livy says that there is no such session, and not only no such statement of one. */
const isGone = ({ status, json }: Answer): boolean =>
  status === 404 && String((json as { msg?: unknown } | null | undefined)?.msg).startsWith(`Session '`);

export const readAnswer = async (stream: IncomingMessage): Promise<Answer> => ({
  status: stream.statusCode ?? 0,
  json: await readJson(stream),
});

/** Runs a request to a Livy; what keeps it from being answered is said in a way for clients. */
export async function explained<T>(method: Question['method'], request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw error instanceof LivyCallError ? unreachable(error, { repeatable: method !== 'POST' }) : error;
  }
}
