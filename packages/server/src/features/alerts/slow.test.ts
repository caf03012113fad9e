import { expect, it } from 'vitest';
import { countQueries } from '../../testing/count-queries.ts';
import { alertsRig } from './alerts.fixture.ts';

const hour = 60 * 60_000;

it('the look for slow runs asks no more of the database for many runs than for one', async () => {
  await using rig = await alertsRig();
  const counted = countQueries(rig.kit.db);
  const alerts = rig.another(counted.db);
  const { receiver } = await rig.addHook('https://chat.example.org/hook');
  await rig.setRules([{ event: 'slow', receivers: [receiver.id], afterMinutes: 30 }]);
  const look = () => counted.during(alerts.findSlow);
  await rig.begin(1, 1);
  rig.clock.advance(hour);
  const [first, again] = [await look(), await look()];
  // Those who know are not looked up once more.
  expect(again).toBeLessThan(first);
  for (let run = 2; run <= 20; run += 1) await rig.begin(run, run % 2 === 0 ? 1 : 2);
  rig.clock.advance(hour);
  expect([await look(), await look()]).toEqual([first, again]);
  expect(await rig.deliveries()).toHaveLength(20);
  await alerts.close();
});
