import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { newId } from '../../../lib/ids.ts';
import type { ExternalType } from './model.ts';

type Numbered = {
  readonly type: ExternalType;
  readonly projectId: string;
  readonly userId: string;
  readonly now: number;
};

/**
 * The next number of our own sessions, or batches, taken out of their count: a row that is gone again uses up its id (see the migrations), so one number
 * names one of them wherever it runs.
 */
export const nextId = (tx: Kysely<Database>, made: Numbered): Promise<number> =>
  made.type === 'session' ? countSession(tx, made) : countBatch(tx, made);

async function countSession(tx: Kysely<Database>, made: Numbered): Promise<number> {
  const { id } = await tx
    .insertInto('sessions')
    .values({
      project_id: made.projectId,
      user_id: made.userId,
      server_id: null,
      kind: 'shared',
      name: null,
      notebook: null,
      state: 'dead',
      stop_reason: null,
      request_json: '{}',
      idempotency_key: null,
      secret_digest: '',
      ui_id: newId(),
      application_json: null,
      problem: null,
      pid: null,
      start_ticks: null,
      heartbeat_seconds: 0,
      created_at: made.now,
      ready_at: null,
      ended_at: made.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx.deleteFrom('sessions').where('id', '=', id).execute();
  return id;
}

async function countBatch(tx: Kysely<Database>, made: Numbered): Promise<number> {
  const { id } = await tx
    .insertInto('batches')
    .values({
      project_id: made.projectId,
      user_id: made.userId,
      name: null,
      state: 'dead',
      stop_reason: null,
      request_json: '{}',
      idempotency_key: null,
      application_id: null,
      problem: null,
      pid: null,
      start_ticks: null,
      created_at: made.now,
      launched_at: null,
      ended_at: made.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx.deleteFrom('batches').where('id', '=', id).execute();
  return id;
}
