import type { Kysely, KyselyPlugin } from 'kysely';
import type { Database } from '../db/schema.ts';

/** A database that counts what it is asked: for tests of what is read together. */
export function countQueries(db: Kysely<Database>): {
  db: Kysely<Database>;
  during(work: () => Promise<unknown>): Promise<number>;
} {
  let count = 0;
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      count += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return {
    db: db.withPlugin(plugin),
    async during(work) {
      const before = count;
      await work();
      return count - before;
    },
  };
}
