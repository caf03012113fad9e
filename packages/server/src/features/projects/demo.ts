import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import { copyIntoProject, makeProjectFolder } from './folder.ts';
import type { ProjectFolders, ProjectService } from './service.ts';

const fact = 'demo-project';

export type DemoDeps = {
  db: Kysely<Database>;
  service: ProjectService;
  files?: ProjectFolders | null;
  firstAdmin: () => Promise<{ id: string } | null>;
  /** folder with the example notebooks; `hello_spark.ipynb` among them */
  examples: string;
  /** folder with the data sets that the examples read, a folder each */
  data: string;
};

const inTurn = createKeyedQueue();

/**
 * Makes the project `demo` for the first administrator, once in the platform's life: who deletes it does not get it back. Does nothing while there
 * is no administrator. Safe to call at any time; what an interrupted call has left is completed.
 */
export function ensureDemoProject(deps: DemoDeps): Promise<void> {
  return inTurn(fact, () => ensure(deps));
}

async function ensure({ db, service, files, firstAdmin, examples, data }: DemoDeps): Promise<void> {
  const done = await db.selectFrom('facts').select('name').where('name', '=', fact).executeTakeFirst();
  if (done !== undefined) return;
  const owner = await firstAdmin();
  if (owner === null) return;
  // Somebody's own project of that name is theirs.
  if (!(await service.exists('demo'))) {
    const folder = service.folderOf('demo');
    // The files come first: nobody can have changed them while the project isn't there, so half of a copy is overwritten.
    await makeProjectFolder(folder);
    await files?.prepare('demo');
    const copy = (from: string, to: string): Promise<void> =>
      files?.fill('demo', from, to) ?? copyIntoProject(from, join(folder, to));
    await copy(examples, 'Jupyter');
    if (existsSync(data)) await copy(data, 'Resources');
    await service.create({ name: 'demo', label: 'Demo' }, owner.id, { filled: true });
  }
  await db
    .insertInto('facts')
    .values({ name: fact, value: 'made' })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}
