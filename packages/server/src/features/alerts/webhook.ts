import { Agent, request, type Dispatcher } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import { describeConnectionError } from '../../lib/connection-error.ts';
import { pieceOf, sentence } from './answer.ts';
import type { Outcome, WebhookSecrets } from './model.ts';
import { signedHeaders } from './signature.ts';
import { NotAllowed, type Targets } from './targets.ts';

/** How long an attempt may take in all, ms. */
const mostMs = 20_000;
/** So much of an answer is read. */
const mostBytes = 4096;
/** Says that it wants nothing any more. */
const gone = 410;

export type Hook = { readonly url: string; readonly secrets: WebhookSecrets };
type Message = { readonly id: string; readonly body: string };

/**
 * Sends messages to webhooks. Each attempt has a connection of its own, to an address that was checked when its name was looked up; redirects are not
 * followed, since they could lead to where nothing may be sent.
 */
export function createWebhookSender({
  clock,
  targets,
  version,
}: {
  clock: Clock;
  targets: Targets;
  version: string;
}): (message: Message, hook: Hook, signal: AbortSignal) => Promise<Outcome> {
  return async (message, { url: address, secrets }, signal) => {
    const url = new URL(address);
    const refused = targets.problemOf(url);
    if (refused !== null) return failedForGood(refused);
    const late = new AbortController();
    const cancel = clock.after(mostMs, () => late.abort());
    const agent = new Agent({
      connect: { lookup: targets.lookupFor(url) },
      connections: 1,
      pipelining: 0,
    });
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: AbortSignal.any([signal, late.signal]),
        headers: {
          'content-type': 'application/json',
          accept: '*/*',
          'user-agent': `Emberlab/${version}`,
          ...signedHeaders(message, goodSecrets(secrets, clock.now()), clock.now()),
        },
        body: message.body,
      });
      return outcomeOf(answer, await beginningOf(answer.body), clock.now());
    } catch (error) {
      if (signal.aborted) throw error;
      if (late.signal.aborted) return failed(`no answer came from ${url.host} within ${mostMs / 1000} s`);
      const cause = reasonOf(error);
      if (cause instanceof NotAllowed) return failedForGood(cause.message);
      return failed(describeConnectionError(cause, url));
    } finally {
      cancel();
      await agent.destroy();
    }
  };
}

const goodSecrets = ({ current, former }: WebhookSecrets, now: number): string[] =>
  former === null || former.until <= now ? [current] : [current, former.secret];

const unanswered = { code: null, answer: null } as const;
const failed = (clause: string): Outcome => ({ ok: false, again: true, ...unanswered, problem: sentence(clause) });
const failedForGood = (clause: string): Outcome => ({
  ok: false,
  again: false,
  ...unanswered,
  problem: sentence(clause),
});

/** Of a connection that was tried at several addresses: what went wrong with the first. */
function reasonOf(error: unknown): unknown {
  if (error instanceof AggregateError && (error as NodeJS.ErrnoException).code === undefined) return error.errors[0];
  return error;
}

function outcomeOf(answer: Dispatcher.ResponseData, text: string, now: number): Outcome {
  const { statusCode: code, headers } = answer;
  const seen = { code, answer: pieceOf(text) };
  if (code >= 200 && code < 300) return { ok: true, ...seen, problem: null };
  if (code >= 300 && code < 400) {
    const problem = `It leads elsewhere (${code}), and that is not followed. Please enter the address that it leads to.`;
    return { ok: false, again: true, ...seen, problem };
  }
  if (code === gone) {
    return { ok: false, again: false, ...seen, problem: 'It wants nothing any more (410).' };
  }
  return { ok: false, again: true, ...seen, problem: `It answered ${code}.`, wantsMs: retryAfter(headers, now) };
}

/** `Retry-After`: seconds, or a date. */
function retryAfter(headers: Dispatcher.ResponseData['headers'], now: number): number | null {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return null;
  const at = /^\d{1,9}$/.test(value) ? now + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** The first bytes of an answer as text. What comes behind them is not waited for, and nothing is lost when it breaks off: its status is there. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes >= mostBytes) break;
    }
  } catch {
    chunks.push(Buffer.from(' …'));
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, mostBytes));
}
