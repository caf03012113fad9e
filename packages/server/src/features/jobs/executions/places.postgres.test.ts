import { expect, it } from 'vitest';
import { migrate } from '../../../db/migrate.ts';
import { openPostgres } from '../../../db/postgres/open.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { emptyPostgres } from '../../../testing/postgres.ts';
import { scheduleKit } from '../schedule/schedule.fixture.ts';
import { createPlaces } from './places.ts';
import { createExecutionStore } from './store.ts';

it('of places that control planes claim at once, each with connections of its own, none is given twice', async () => {
  await using made = await emptyPostgres();
  const open = () => openPostgres({ url: made.url, connections: 3, statementMs: 30_000 });
  const [db, ...planes] = [open(), open(), open(), open()];
  await migrate(db);
  const kit = await scheduleKit(db, fakeClock(0));
  const jobId = await kit.job('many');
  const store = createExecutionStore(db);
  for (let run = 0; run < 12; run += 1) {
    await kit.plane.start({ jobId, key: `run:${run}`, trigger: { kind: 'manual' } });
  }
  const queued = await store.listLive();
  const claims = planes.flatMap((plane) => queued.map((run) => createPlaces(plane, 4)(run, 1)));
  const given = (await Promise.all(claims)).flatMap((claim) =>
    'run' in claim && claim.run !== null ? claim.run.id : [],
  );
  expect(given).toHaveLength(4);
  expect((await store.listLive()).filter(({ state }) => state === 'preparing').map(({ id }) => id)).toEqual(
    given.toSorted((a, b) => a - b),
  );
  for (const each of [db, ...planes]) await each.destroy();
}, 120_000);
