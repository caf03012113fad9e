import { say, timed } from '../tools.ts';
import { atMost, type Comparison } from './comparison.ts';
import { members } from './side.ts';
import { inTurns, type Sides } from './turns.ts';

const everybody = Array.from({ length: members }, (_, index) => index);

/** Ten members ask for JupyterLab at the same moment: how many don't get it, and when all of them know. */
export async function measureTenAtOnce(sides: Sides): Promise<Comparison[]> {
  const { failed, seconds } = await inTurns(sides, ['failed', 'seconds'], async (side) => {
    let failed = 0;
    const seconds = await timed('s', async () => {
      const starts = await Promise.allSettled(everybody.map((member) => side.start(member, 'jupyter')));
      for (const start of starts) {
        if (start.status === 'fulfilled') continue;
        failed += 1;
        say(`  ${side.name}: ${String(start.reason)}`);
      }
    });
    await Promise.all(everybody.map((member) => side.stop(member, 'jupyter')));
    return { failed, seconds };
  });
  return [
    { what: 'ten at once, failed', unit: 'failed', ...failed, goal: atMost(0, 'failed') },
    // No goal: a side that loses some has fewer to wait for.
    { what: 'ten at once, until the last is ready or lost', unit: 's', ...seconds },
  ];
}
