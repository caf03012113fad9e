import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { emptyJar } from '../testing/jar.ts';
import { createRig, type Rig, type TestUser } from '../testing/rig.ts';

/** A rig with a program in its project. */
export async function rigWithFile(options: Parameters<typeof createRig>[0] = {}) {
  const rig = await createRig(options);
  const file = join(rig.projectFolder, 'job.py');
  await writeFile(file, '');
  await writeFile(join(rig.projectFolder, 'job.jar'), emptyJar);
  return Object.assign(rig, { file });
}
export type BatchRig = Awaited<ReturnType<typeof rigWithFile>>;

export const create = (rig: BatchRig, body: Record<string, unknown> = {}, more: { as?: TestUser; key?: string } = {}) =>
  rig.call('POST', '/batches', {
    body: { file: rig.file, ...body },
    ...(more.as === undefined ? {} : { as: more.as }),
    ...(more.key === undefined ? {} : { headers: { 'idempotency-key': more.key } }),
  });

export const get = (rig: Rig, path: string, as?: TestUser) => rig.call('GET', path, as === undefined ? {} : { as });
export const stateOf = async (rig: Rig, id: number) => (await get(rig, `/batches/${id}/state`)).body.state;

/** Waits until the worker has started a batch and written that down. */
export async function launched(rig: BatchRig, id: number) {
  await expect
    .poll(async () => {
      const row = await rig.db
        .selectFrom('batches')
        .select(['pid', 'cluster_id'])
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.pid ?? row?.cluster_id ?? null;
    })
    .not.toBeNull();
  return rig.fake.batches.batch(id);
}
