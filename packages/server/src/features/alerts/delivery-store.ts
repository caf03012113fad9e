import type { AlertDelivery } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import { isPostgres } from '../../db/dialect.ts';
import type { AlertDeliveriesTable } from '../../db/schema/alerts.ts';
import type { Database } from '../../db/schema.ts';
import { newId } from '../../lib/ids.ts';
import type { Delivery } from './model.ts';
import { next, statesFor } from './state.ts';

/** A delivery that is to be made; `key` says what tells whom of what, once. */
export type NewDelivery = Pick<Delivery, 'projectId' | 'event' | 'job' | 'execution' | 'body' | 'createdAt'> & {
  readonly key: string;
  readonly receiver: { readonly id: string; readonly name: string; readonly type: AlertDelivery['receiver']['type'] };
};

/** Which deliveries a list has. */
export type DeliveryFilter = {
  readonly state?: 'open' | 'delivered' | 'given-up' | undefined;
  readonly receiver?: string | undefined;
  readonly job?: number | undefined;
};

/** How an attempt is written down. */
export type Note = Pick<Delivery, 'code' | 'answer' | 'problem'> & {
  readonly change: 'succeed' | 'retry' | 'giveUp';
  /** of `retry` */
  readonly dueAt: number | null;
  readonly left: readonly string[] | null;
};

export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

/** SQL of deliveries. An attempt is a lease: whoever takes a delivery has it until `due_at`, then others may take it. */
export function createDeliveryStore(db: Kysely<Database>) {
  const toRow = ({ key, receiver, job, ...given }: NewDelivery) => ({
    id: newId(),
    project_id: given.projectId,
    receiver_id: receiver.id,
    receiver_name: receiver.name,
    receiver_type: receiver.type,
    unique_key: key,
    event: given.event,
    job_id: job?.id ?? null,
    job_name: job?.name ?? null,
    execution_id: given.execution,
    message_json: given.body,
    left_json: null,
    code: null,
    answer: null,
    problem: null,
    created_at: given.createdAt,
    ended_at: null,
  });

  return {
    /** Adds those that are not there yet; answers how many it were. */
    async add(deliveries: readonly NewDelivery[]): Promise<number> {
      if (deliveries.length === 0) return 0;
      const added = await db
        .insertInto('alert_deliveries')
        .values(deliveries.map((each) => ({ ...toRow(each), state: 'queued', attempts: 0, due_at: each.createdAt })))
        .onConflict((conflict) => conflict.column('unique_key').doNothing())
        .executeTakeFirst();
      return Number(added.numInsertedOrUpdatedRows);
    },

    /** Which of these keys there is a delivery with. */
    async known(keys: readonly string[]): Promise<ReadonlySet<string>> {
      if (keys.length === 0) return new Set();
      const rows = await db
        .selectFrom('alert_deliveries')
        .select('unique_key')
        .where('unique_key', 'in', [...keys])
        .execute();
      return new Set(rows.map((row) => row.unique_key));
    },

    /** Adds one that the caller has taken already. */
    async addTaken(delivery: NewDelivery, until: number): Promise<Delivery> {
      const row = await db
        .insertInto('alert_deliveries')
        .values({ ...toRow(delivery), state: 'sending', attempts: 1, due_at: until })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toDelivery(row);
    },

    /**
     * Takes one that is due, the longest first, for nobody else until `until`; null: there is none. Whoever has one that is not noted by then is gone, and it
     * is due again. `busy`: receivers and projects for which enough is being sent.
     */
    async take(
      now: number,
      until: number,
      busy: { readonly receivers: readonly string[]; readonly projects: readonly string[] },
    ): Promise<Delivery | null> {
      const row = await db
        .updateTable('alert_deliveries')
        .set((e) => ({ state: 'sending', attempts: e('attempts', '+', 1), due_at: until }))
        .where('id', '=', (e) =>
          e
            .selectFrom('alert_deliveries')
            .select('id')
            .where('state', 'in', statesFor('take'))
            .where('due_at', '<=', now)
            .$if(busy.receivers.length > 0, (query) =>
              query.where((w) => w.or([w('receiver_id', 'is', null), w('receiver_id', 'not in', [...busy.receivers])])),
            )
            .$if(busy.projects.length > 0, (query) => query.where('project_id', 'not in', [...busy.projects]))
            .orderBy('due_at')
            .orderBy('id')
            .limit(1)
            // Another control plane that takes one at this moment takes another one.
            .$if(isPostgres(db), (query) => query.forUpdate().skipLocked()),
        )
        .where('state', 'in', statesFor('take'))
        .where('due_at', '<=', now)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toDelivery(row);
    },

    /** Writes down what came of an attempt, unless somebody else has taken the delivery since, or it was given up. */
    async note({ id, attempts, dueAt }: Delivery, note: Note, now: number): Promise<void> {
      const state = next('sending', note.change);
      await db
        .updateTable('alert_deliveries')
        .set({
          state,
          due_at: note.dueAt,
          left_json: note.left === null ? null : JSON.stringify(note.left),
          code: note.code,
          answer: note.answer,
          problem: note.problem,
          ended_at: note.change === 'retry' ? null : now,
        })
        .where('id', '=', id)
        .where('state', '=', 'sending')
        .where('attempts', '=', attempts)
        .where('due_at', '=', dueAt)
        .execute();
    },

    /** Gives one back that was not sent after all: as if nobody had taken it. */
    async giveBack({ id, attempts, dueAt }: Delivery, now: number): Promise<void> {
      await db
        .updateTable('alert_deliveries')
        .set({ state: next('sending', 'retry'), attempts: attempts - 1, due_at: now })
        .where('id', '=', id)
        .where('state', '=', 'sending')
        .where('attempts', '=', attempts)
        .where('due_at', '=', dueAt)
        .execute();
    },

    /** Sends one that has ended once more. Answers whether that was so. */
    async resend(id: string, now: number): Promise<boolean> {
      const result = await db
        .updateTable('alert_deliveries')
        .set({ state: 'queued', attempts: 0, due_at: now, ended_at: null, left_json: null })
        .where('id', '=', id)
        .where('state', 'in', statesFor('resend'))
        .executeTakeFirst();
      return Number(result.numUpdatedRows) > 0;
    },

    async find(projectId: string, id: string): Promise<Delivery | null> {
      const row = await db
        .selectFrom('alert_deliveries')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toDelivery(row);
    },

    /** Those behind `after` (null: from the top), the newest first. */
    async page(
      projectId: string,
      { state, receiver, job }: DeliveryFilter,
      { after, limit }: { after: Delivery | null; limit: number },
    ): Promise<Delivery[]> {
      const rows = await db
        .selectFrom('alert_deliveries')
        .selectAll()
        .where('project_id', '=', projectId)
        .$if(state === 'open', (query) => query.where('ended_at', 'is', null))
        .$if(state !== undefined && state !== 'open', (query) => query.where('state', '=', state as Delivery['state']))
        .$if(receiver !== undefined, (query) => query.where('receiver_id', '=', receiver ?? ''))
        .$if(job !== undefined, (query) => query.where('job_id', '=', job ?? 0))
        .$if(after !== null, (query) =>
          query.where((w) =>
            w.or([
              w('created_at', '<', after?.createdAt ?? 0),
              w.and([w('created_at', '=', after?.createdAt ?? 0), w('id', '<', after?.id ?? '')]),
            ]),
          ),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toDelivery);
    },

    /** How many tests of a project there were since `since`. */
    async testsSince(projectId: string, since: number): Promise<number> {
      const { count } = await db
        .selectFrom('alert_deliveries')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('project_id', '=', projectId)
        .where('event', '=', 'test')
        .where('created_at', '>', since)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Forgets what had ended by `before`. */
    async forget(before: number): Promise<void> {
      await db.deleteFrom('alert_deliveries').where('ended_at', '<', before).execute();
    },

    /** What people call a project; null: it is gone. */
    async projectOf(id: string): Promise<{ name: string; label: string } | null> {
      const row = await db.selectFrom('projects').select(['name', 'label']).where('id', '=', id).executeTakeFirst();
      return row ?? null;
    },
  };
}

const toDelivery = (row: Selectable<AlertDeliveriesTable>): Delivery => ({
  id: row.id,
  projectId: row.project_id,
  event: row.event,
  state: row.state,
  receiver: { id: row.receiver_id, name: row.receiver_name, type: row.receiver_type },
  job: row.job_id === null || row.job_name === null ? null : { id: row.job_id, name: row.job_name },
  execution: row.execution_id,
  body: row.message_json,
  left: row.left_json === null ? null : (JSON.parse(row.left_json) as string[]),
  attempts: row.attempts,
  dueAt: row.due_at,
  code: row.code,
  answer: row.answer,
  problem: row.problem,
  createdAt: row.created_at,
  endedAt: row.ended_at,
});
