import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../http/errors.ts';
import { jobsFixture, notebookWith } from '../testing/jobs.fixture.ts';

const away = () => new HttpError('database_away');
const busy = () => Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });

describe('a database that is away for a moment', () => {
  it.each([
    ['away', away],
    ['busy', busy],
  ])('while a run is begun leaves it as it is, to be begun when it is there again: %s', async (_, failure) => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.spark('patient'));
    let failures = 1;
    const begin = it.fake.programs.begin.bind(it.fake.programs);
    it.fake.programs.begin = async (...args) => {
      if (failures > 0) {
        failures -= 1;
        throw failure();
      }
      return begin(...args);
    };
    await it.jobs.reconcile();
    expect((await it.get(id)).state).toBe('starting');
    expect(it.fake.has(id)).toBe(false);
    expect(await it.reach(id, 'starting')).toMatchObject({ reason: null });
    expect(it.fake.has(id)).toBe(true);
    expect(it.errors).toHaveLength(1);
  });

  it('before its turn, and when it has it, lets it wait', async () => {
    const down = { times: 0 };
    await using it = await jobsFixture({
      around: {
        hasLivy: async () => {
          if (down.times === 0) return false;
          down.times -= 1;
          throw away();
        },
      },
    });
    const { id } = await it.run(await it.spark('waits'));
    down.times = 1;
    await expect(it.jobs.reconcile()).rejects.toMatchObject({ code: 'database_away' });
    expect((await it.get(id)).state).toBe('queued');
    await it.kit.db.updateTable('executions').set({ state: 'preparing' }).where('id', '=', id).execute();
    down.times = 1;
    await it.jobs.reconcile();
    expect((await it.get(id)).state).toBe('preparing');
    expect(await it.reach(id, 'starting')).toMatchObject({ reason: null });
  });
});

describe('a run that is begun', () => {
  it('goes on where its project can’t be told', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('told', 'echo said'));
    it.kit.projects.service.touch = async () => {
      throw new Error('not now');
    };
    expect(await it.reach(id, 'succeeded')).toMatchObject({ reason: null });
  });

  it('keeps nobody else waiting while its process is started', async () => {
    let release = () => undefined as void;
    const asked = Promise.withResolvers<void>();
    const held = new Promise<void>((resolve) => (release = resolve));
    const tokens = {
      async issueForRun() {
        asked.resolve();
        await held;
        return 'ember_run_secret';
      },
      revokeForRun: async () => undefined,
    };
    await using it = await jobsFixture({ around: { tokens } });
    it.write('Resources/slow.ipynb', notebookWith('pysparkkernel'));
    const body = { name: 'slow', program: 'Resources/slow.ipynb' };
    const { id } = await it.run(await it.must('POST', '/jobs', { body }));
    const reconciled = it.jobs.reconcile();
    await asked.promise;
    expect(await it.kit.limits.admission.inTurn(async () => 'let in')).toBe('let in');
    expect((await it.get(id)).state).toBe('starting');
    release();
    await reconciled;
  });

  it('by the next control plane has the environment with which it was to begin', async () => {
    await using it = await jobsFixture();
    it.state.gone = [2];
    const [old, lost] = [await it.run(await it.spark('old')), await it.run(await it.spark('lost'))];
    const starting = (id: number, revision: number) =>
      it.kit.db
        .updateTable('executions')
        .set({ state: 'starting', started_at: 1, revision })
        .where('id', '=', id)
        .execute();
    await starting(old.id, 1);
    await starting(lost.id, 2);
    await it.jobs.reconcile();
    expect(it.fake.of(old.id).python).toMatch(/\/python-1$/);
    expect((await it.reach(lost.id, 'failed')).reason).toMatch(/^Revision 2 of the Python environment/);
  });
});
