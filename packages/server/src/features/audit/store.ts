import type { AuditOutcome } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { beginsWith, hasText } from '../../db/search.ts';
import type { AuditEventsTable } from '../../db/schema/platform.ts';
import type { AuditRecord } from '../../http/audit-trail.ts';

export type StoredEvent = Selectable<AuditEventsTable>;

/** Which events a list has; times are ms since the epoch, `until` is not in it. */
export type AuditFilter = {
  readonly projectId?: string;
  readonly project?: string | undefined;
  readonly search?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
};

export type AuditStore = ReturnType<typeof createAuditStore>;

/** SQL of the audit log: it is added to and read, and what lies before a cut goes. */
export function createAuditStore(db: Kysely<Database>) {
  const matching = (filter: AuditFilter) => {
    const { projectId, project, search, action, outcome, from, until } = filter;
    return db
      .selectFrom('audit_events')
      .selectAll()
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId ?? ''))
      .$if(project !== undefined, (query) => query.where('project', '=', project ?? ''))
      .$if(outcome !== undefined, (query) => query.where('outcome', '=', outcome ?? 'done'))
      .$if(from !== undefined, (query) => query.where('at', '>=', from ?? 0))
      .$if(until !== undefined, (query) => query.where('at', '<', until ?? 0))
      .$if(action !== undefined, (query) =>
        query.where((e) => e.or([e('action', '=', action ?? ''), beginsWith('action', `${action ?? ''}.`)])),
      )
      .$if((search ?? '') !== '', (query) =>
        query.where(hasText(['actor', 'target', 'address', 'request_id'], search ?? '')),
      );
  };

  return {
    /** Adds an event. Names that its teller doesn't know are looked up, as they are now. */
    async insert(event: AuditRecord & { at: number }): Promise<void> {
      const { user, tokenId = null, project = null } = event;
      await db
        .insertInto('audit_events')
        .values((e) => ({
          at: event.at,
          actor_id: user?.id ?? null,
          actor:
            user?.email ??
            e
              .selectFrom('users')
              .select('email')
              .where('id', '=', user?.id ?? ''),
          via: event.via,
          token: tokenId === null ? null : e.selectFrom('tokens').select('name').where('id', '=', tokenId),
          action: event.action,
          target: event.target ?? null,
          project_id: project?.id ?? null,
          project:
            project?.name ??
            e
              .selectFrom('projects')
              .select('name')
              .where('id', '=', project?.id ?? ''),
          address: event.address ?? null,
          request_id: event.requestId ?? null,
          outcome: event.outcome,
          code: event.code ?? null,
          repeats: event.repeats ?? 0,
        }))
        .execute();
    },

    /** Events before `cursor`, the newest first. */
    page: (filter: AuditFilter, { before, limit }: { before: number | null; limit: number }): Promise<StoredEvent[]> =>
      matching(filter)
        .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    /** Events after `after`, the oldest first. */
    next: (filter: AuditFilter, { after, limit }: { after: number; limit: number }): Promise<StoredEvent[]> =>
      matching(filter).where('id', '>', after).orderBy('id').limit(limit).execute(),

    /** Writes down that events from before `before` may go; answers whether there are any. */
    async cut(before: number, now: number): Promise<boolean> {
      const old = await db.selectFrom('audit_events').select('id').where('at', '<', before).limit(1).executeTakeFirst();
      if (old === undefined) return false;
      await db
        .insertInto('audit_cuts')
        .values({ before, at: now })
        .onConflict((conflict) => conflict.column('before').doNothing())
        .execute();
      return true;
    },

    /** Removes at most `limit` events from before a cut; answers how many it were. */
    async removeBefore(before: number, limit: number): Promise<number> {
      const result = await db
        .deleteFrom('audit_events')
        .where('id', 'in', (e) => e.selectFrom('audit_events').select('id').where('at', '<', before).limit(limit))
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
