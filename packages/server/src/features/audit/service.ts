import { Readable } from 'node:stream';
import type { AuditEvent } from '@emberlab/contract';
import type { Refusal } from '../../edge/protocol.ts';
import type { AuditRecord } from '../../http/audit-trail.ts';
import { toInstant, type Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { redact } from '../../lib/redact.ts';
import { createRepeats } from './repeats.ts';
import type { AuditFilter, AuditStore, StoredEvent } from './store.ts';

const maxText = 300;
const exportPage = 500;
/** so many go at a time, that nobody waits for the database meanwhile */
const removedAtOnce = 2000;

export type AuditService = ReturnType<typeof createAuditService>;

/** The audit log. `keptMs`: how long events stay; null: for ever. */
export function createAuditService(deps: { store: AuditStore; clock: Clock; log: Log; keptMs: number | null }) {
  const { store, clock, log, keptMs } = deps;

  /** Nothing that somebody does fails because it can't be written down; that it couldn't be is in the platform's own log, with the event. */
  async function write(event: AuditRecord): Promise<void> {
    const clean = { ...event, target: short(event.target), action: event.action.slice(0, 100), at: clock.now() };
    try {
      await store.insert(clean);
    } catch (error) {
      log.error({ err: error, event: clean }, 'an audit event could not be written');
    }
  }
  const repeats = createRepeats({ clock, tell: write });

  return {
    /** Writes down what somebody did. Everyone may tell. */
    record: (event: AuditRecord): Promise<void> => (event.outcome === 'done' ? write(event) : repeats.note(event)),

    /** Writes down what the edge has refused: pages of other sites that asked a server or a Spark UI, in whosever browser. */
    async recordRefused(refusals: readonly Refusal[]): Promise<void> {
      for (const { targetId: target, address, requestId, count } of refusals) {
        const event = { action: 'app.use', outcome: 'refused', code: 'cross_site', user: null, via: 'nobody' } as const;
        await repeats.note({ ...event, target, address, requestId, repeats: count - 1 });
      }
    },

    async list(filter: AuditFilter, page: { cursor?: string | undefined; limit: number }) {
      const before = page.cursor === undefined ? null : Number(page.cursor);
      const rows = await store.page(filter, { before, limit: page.limit + 1 });
      const shown = rows.slice(0, page.limit);
      return { items: shown.map(present), next: rows.length > page.limit ? String(shown.at(-1)?.id) : null };
    },

    /** All of them as lines of JSON, the oldest first, read as fast as they are taken. */
    lines(filter: AuditFilter, after: number): Readable {
      async function* lines() {
        for (let last = after; ;) {
          const rows = await store.next(filter, { after: last, limit: exportPage });
          const end = rows.at(-1);
          if (end === undefined) return;
          yield rows.map((row) => `${JSON.stringify(present(row))}\n`).join('');
          last = end.id;
        }
      }
      return Readable.from(lines());
    },

    /** Lets go of what is older than it is kept, and writes that down. */
    async forgetOld(): Promise<void> {
      if (keptMs === null) return;
      const before = clock.now() - keptMs;
      if (!(await store.cut(before, clock.now()))) return;
      let removed = 0;
      for (let some = removedAtOnce; some === removedAtOnce; removed += some) {
        some = await store.removeBefore(before, removedAtOnce);
      }
      const target = `${removed} events from before ${toInstant(before)}`;
      await write({ action: 'audit.forget', outcome: 'done', user: null, via: 'platform', target });
    },

    close: (): Promise<void> => repeats.flush(),
  };
}

const short = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : redact(text.slice(0, 8 * maxText)).slice(0, maxText);

const present = (row: StoredEvent): AuditEvent => ({
  id: row.id,
  at: toInstant(row.at),
  actor: row.actor_id === null ? null : { id: row.actor_id, email: row.actor },
  via: row.via,
  token: row.token,
  action: row.action,
  target: row.target,
  project: row.project_id === null ? null : { id: row.project_id, name: row.project },
  address: row.address,
  requestId: row.request_id,
  outcome: row.outcome,
  code: row.code,
  repeats: row.repeats,
});
