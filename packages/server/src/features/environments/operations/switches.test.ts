import { describe, expect, it } from 'vitest';
import { seedProject, seedUser, testDatabase } from '../../../testing/database.ts';
import { createEnvironmentStore } from '../store.ts';
import { createSwitches } from './switches.ts';

describe('the revision that was in use at a moment', () => {
  it('is what the last change before it made, or went back to', async () => {
    await using database = await testDatabase();
    const { db } = database;
    const projectId = await seedProject(db, await seedUser(db));
    const { operations } = createEnvironmentStore(db);
    const change = async (at: number, restores?: string): Promise<string> => {
      const id = await operations.insert({
        projectId,
        change: restores === undefined ? { kind: 'repair' } : { kind: 'restore', revision: 1 },
        by: null,
        now: at - 1,
        ...(restores === undefined ? {} : { restores }),
      });
      const find = async () => {
        const found = await operations.byId(projectId, id ?? '');
        if (found === null) throw new Error('it is gone');
        return found;
      };
      await operations.begin(await find(), { asked: [], now: at - 1 });
      const made = restores === undefined ? { pythonVersion: '3.11.7', packages: 1, asked: [] } : null;
      await operations.finish(await find(), { made, changes: [], conflicts: 0, now: at });
      return (await find()).revisionId ?? '';
    };
    const first = await change(1000);
    await change(2000);
    await change(3000, first);
    const switches = createSwitches(db);
    expect(switches.at(projectId, 1500)).toBeNull();
    await switches.loadAll();
    const at = (...moments: number[]) => moments.map((moment) => switches.at(projectId, moment));
    expect(at(999, 1000, 1999, 2000, 2999, 3000)).toEqual([null, 1, 1, 2, 2, 1]);
    await change(4000);
    expect(at(5000)).toEqual([1]);
    await switches.load(projectId);
    expect(at(5000)).toEqual([3]);
    switches.forget(projectId);
    expect(at(5000)).toEqual([null]);
  });
});
