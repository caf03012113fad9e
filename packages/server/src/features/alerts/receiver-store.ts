import type { DeliveryState } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import type { AlertReceiversTable } from '../../db/schema/alerts.ts';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import { SealError, type Sealer } from '../../lib/seal.ts';
import type { Receiver, Target } from './model.ts';
import { statesFor } from './state.ts';

/** A receiver with its newest delivery. */
export type ListedReceiver = Receiver & {
  readonly last: { readonly state: DeliveryState; readonly at: number } | null;
};

export type ReceiverStore = ReturnType<typeof createReceiverStore>;

/** What is sealed of a webhook. */
type Sealed = NonNullable<Extract<Target, { type: 'webhook' }>['sealed']>;

/** SQL of receivers. Addresses and secrets of webhooks are sealed for their row: the address alone may be enough to write to a chat. */
export function createReceiverStore(db: Kysely<Database>, sealer: Sealer) {
  const purpose = (id: string) => `alert receiver ${id}`;

  /** The key may have been lost, say with a backup: then the address has to be entered anew. */
  const open = (sealed: string | null, id: string): Promise<Sealed | null> =>
    sealed === null
      ? Promise.resolve(null)
      : sealer.open(sealed, purpose(id)).then(
          (json) => JSON.parse(json) as Sealed,
          (error: unknown) => {
            if (error instanceof SealError) return null;
            throw error;
          },
        );

  const toReceiver = async (row: Selectable<AlertReceiversTable>): Promise<Receiver> => ({
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    target:
      row.type === 'webhook'
        ? { type: 'webhook', origin: row.origin ?? '', sealed: await open(row.sealed, row.id) }
        : { type: 'email', addresses: JSON.parse(row.addresses_json ?? '[]') as string[] },
    createdAt: row.created_at,
  });

  const toColumns = async ({ id, name, target }: Receiver) => ({
    name,
    name_key: name.toLowerCase(),
    origin: target.type === 'webhook' ? target.origin : null,
    sealed:
      target.type === 'webhook' && target.sealed !== null
        ? await sealer.seal(JSON.stringify(target.sealed), purpose(id))
        : null,
    addresses_json: target.type === 'email' ? JSON.stringify(target.addresses) : null,
  });

  const select = () =>
    db
      .selectFrom('alert_receivers as r')
      .leftJoin('alert_deliveries as d', (join) =>
        join.on('d.id', '=', (e) =>
          e
            .selectFrom('alert_deliveries as newest')
            .select('newest.id')
            .whereRef('newest.receiver_id', '=', 'r.id')
            .orderBy('newest.created_at', 'desc')
            .orderBy('newest.id', 'desc')
            .limit(1),
        ),
      )
      .selectAll('r')
      .select(['d.state as last_state', 'd.created_at as last_created_at', 'd.ended_at as last_ended_at']);
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
  const toListed = async (row: Row): Promise<ListedReceiver> => ({
    ...(await toReceiver(row)),
    last:
      row.last_state === null || row.last_created_at === null
        ? null
        : { state: row.last_state, at: row.last_ended_at ?? row.last_created_at },
  });

  return {
    /** By name. */
    async list(projectId: string): Promise<ListedReceiver[]> {
      const rows = await select().where('r.project_id', '=', projectId).orderBy('r.name_key').execute();
      return Promise.all(rows.map(toListed));
    },

    async find(projectId: string, id: string): Promise<ListedReceiver | null> {
      const row = await select().where('r.project_id', '=', projectId).where('r.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toListed(row);
    },

    /** For whoever sends to it. */
    async targetOf(id: string): Promise<Target | null> {
      const row = await db.selectFrom('alert_receivers').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (await toReceiver(row)).target;
    },

    /** Answers whether it was added: `full` where the project has `most` of them already, `taken` where one has this name. */
    async insert(receiver: Receiver, most: number): Promise<'added' | 'full' | 'taken'> {
      const columns = await toColumns(receiver);
      return inTransaction(
        db,
        async (tx) => {
          const { count } = await tx
            .selectFrom('alert_receivers')
            .select((e) => e.fn.countAll<number>().as('count'))
            .where('project_id', '=', receiver.projectId)
            .executeTakeFirstOrThrow();
          if (count >= most) return 'full';
          const added = await tx
            .insertInto('alert_receivers')
            .values({
              id: receiver.id,
              project_id: receiver.projectId,
              type: receiver.target.type,
              created_at: receiver.createdAt,
              ...columns,
            })
            .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
            .executeTakeFirst();
          return Number(added.numInsertedOrUpdatedRows) > 0 ? 'added' : 'taken';
        },
        { turn: `alerts of ${receiver.projectId}` },
      );
    },

    /** Answers false where another one has this name. */
    async update(receiver: Receiver): Promise<boolean> {
      const columns = await toColumns(receiver);
      return inTransaction(
        db,
        async (tx) => {
          const other = await tx
            .selectFrom('alert_receivers')
            .select('id')
            .where('project_id', '=', receiver.projectId)
            .where('name_key', '=', columns.name_key)
            .where('id', '!=', receiver.id)
            .executeTakeFirst();
          if (other !== undefined) return false;
          await tx.updateTable('alert_receivers').set(columns).where('id', '=', receiver.id).execute();
          return true;
        },
        { turn: `alerts of ${receiver.projectId}` },
      );
    },

    /** Removes one, and gives up what waits for it. */
    async remove(id: string, problem: string, now: number): Promise<void> {
      await inTransaction(db, async (tx) => {
        await tx
          .updateTable('alert_deliveries')
          .set({ state: 'given-up', due_at: null, ended_at: now, problem })
          .where('receiver_id', '=', id)
          .where('state', 'in', statesFor('giveUp'))
          .execute();
        await tx.deleteFrom('alert_receivers').where('id', '=', id).execute();
      });
    },
  };
}
