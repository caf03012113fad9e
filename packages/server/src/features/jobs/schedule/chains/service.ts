import type { Chain } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import { inTransaction } from '../../../../db/transaction.ts';
import { HttpError } from '../../../../http/errors.ts';
import { circleOf } from './circle.ts';
import { createChainStore } from './store.ts';

const refuse = (message: string): never => {
  throw new HttpError('bad_request', { message, details: [{ path: 'after', message }] });
};

/** After which jobs others start. Whose job it is, the routes have seen to. */
export function createChainService({ db }: { db: Kysely<Database> }) {
  const get = async (jobId: number): Promise<Chain> => {
    const chains = createChainStore(db);
    return { after: await chains.after(jobId), before: await chains.before(jobId) };
  };

  return {
    get,

    /** Throws `bad_request` for jobs that are not of the project, and for a circle, whose jobs it names. */
    async set(job: { readonly id: number; readonly projectId: string }, wanted: readonly number[]): Promise<Chain> {
      const after = [...new Set(wanted)];
      await inTransaction(
        db,
        async (tx) => {
          const chains = createChainStore(tx);
          const links = await chains.links(job.projectId);
          const circle = circleOf(links, job.id, after);
          const names = await chains.names(job.projectId, [...after, ...(circle ?? [])]);
          const stranger = after.find((id) => !names.has(id));
          if (stranger !== undefined) refuse(`There is no job ${stranger} in this project.`);
          if (circle !== null) {
            const path = circle.map((id) => names.get(id) ?? id).join(' → ');
            refuse(`These jobs would start each other in a circle: ${path}. Please leave one of them out.`);
          }
          await chains.set(job.id, after);
        },
        // Two who each close half of a circle would not see each other.
        { turn: `chains:${job.projectId}` },
      );
      return get(job.id);
    },
  };
}
