import { z } from 'zod';
import { externalStates, type ExternalApplication, type ExternalState, type ExternalType } from './model.ts';

/** What a Livy says of a session or batch of its own. */
export type Seen = {
  readonly externalId: number;
  readonly name: string | null;
  readonly state: ExternalState;
  readonly application: ExternalApplication;
  readonly log: readonly string[];
};

const maxLineLength = 256 * 1024;

const text = z.string().nullish().catch(null);
const answered = z.object({
  id: z.number().int().min(0),
  name: text,
  state: z.string(),
  appId: text,
  appInfo: z.object({ sparkUiUrl: text, driverLogUrl: text }).nullish().catch(null),
  log: z.array(z.string()).nullish().catch(null),
});
const answeredList = z.object({ total: z.number(), sessions: z.array(z.unknown()) });
const answeredLog = z.object({ from: z.number().int(), total: z.number().int(), log: z.array(z.string()) });
const answeredStatement = z.looseObject({ id: z.number().int().min(0), state: z.string() });
const answeredStatements = z.object({ statements: z.array(answeredStatement) });
const answeredCandidates = z.object({ candidates: z.array(z.string()) });

/** Reads a session or a batch; null: that is none. */
export function readSeen(type: ExternalType, json: unknown): Seen | null {
  const { data } = answered.safeParse(json);
  if (data === undefined) return null;
  return {
    externalId: data.id,
    name: data.name ?? null,
    state: type === 'session' ? readState(data.state, 'recovering') : batchState(readState(data.state, 'running')),
    application: {
      id: data.appId?.slice(0, 200) ?? null,
      sparkUiUrl: httpLink(data.appInfo?.sparkUiUrl),
      driverLogUrl: httpLink(data.appInfo?.driverLogUrl),
    },
    log: (data.log ?? []).map((line) => line.slice(0, maxLineLength)),
  };
}

/** A page of a list; items that can't be read are left out. Null: that is none. */
export function readSeenList(
  type: ExternalType,
  json: unknown,
): { total: number; length: number; items: Seen[] } | null {
  const { data } = answeredList.safeParse(json);
  if (data === undefined) return null;
  const items = data.sessions.map((item) => readSeen(type, item)).filter((item) => item !== null);
  return { total: data.total, length: data.sessions.length, items };
}

export const readLog = (json: unknown) => answeredLog.safeParse(json).data ?? null;
export const readStatementAnswer = (json: unknown) => answeredStatement.safeParse(json).data ?? null;
export const readStatementsAnswer = (json: unknown) => answeredStatements.safeParse(json).data?.statements ?? null;
export const readCandidates = (json: unknown) => answeredCandidates.safeParse(json).data?.candidates ?? null;

/** A state that is a word of Livy's; clients stumble over others. */
const readState = (written: string, unknown: ExternalState): ExternalState =>
  externalStates.find((state) => state === written) ?? unknown;

/** Clients know fewer states of batches than of sessions. */
function batchState(state: ExternalState): ExternalState {
  if (state === 'not_started') return 'starting';
  return state === 'recovering' || state === 'idle' || state === 'busy' ? 'running' : state;
}

/** A link that a page may show; null: it is none, or of a kind that could run code. */
function httpLink(written: string | null | undefined): string | null {
  if (written === null || written === undefined || written.length > 2000 || !URL.canParse(written)) return null;
  const url = new URL(written);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '' ? url.href : null;
}
