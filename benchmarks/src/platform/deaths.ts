import { setTimeout as pause } from 'node:timers/promises';
import { say } from '../tools.ts';
import { atMost, type Comparison } from './comparison.ts';
import { startProber, type Probed } from './prober.ts';
import { members, type Side } from './side.ts';
import { inTurns, type Sides } from './turns.ts';

/** How long it is looked at for at least: their hub looks after its proxy every 5 s. */
const leastMs = 10_000;
const mostMs = 120_000;

async function probeDeath(side: Side, which: 'control' | 'edge'): Promise<Probed> {
  const doors = await Promise.all(Array.from({ length: members }, (_, member) => side.door(member)));
  const prober = startProber(doors);
  await pause(1000);
  const begin = performance.now();
  await side.kill(which);
  while (performance.now() - begin < leastMs || !prober.allAnswer()) {
    if (performance.now() - begin > mostMs) {
      say(`  ${side.name}: not all servers answer ${mostMs / 1000} s after the death of ${which}`);
      break;
    }
    await pause(100);
  }
  const probed = await prober.stop();
  say(`  ${side.name}: ${probed.failed} of ${probed.sent} probes failed`);
  // What ends soon after its start is started again with a delay: that is not what is measured.
  await pause(5000);
  return probed;
}

/** Ten light servers are asked every 20 ms while what serves the API, then what passes requests on, is killed. */
export async function measureDeaths(sides: Sides): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const which of ['control', 'edge'] as const) {
    const what = which === 'control' ? 'control (their hub) killed' : 'the edge (their proxy) killed';
    const { failed, gap } = await inTurns(sides, ['failed', 'gap'], async (side) => {
      const { failed, longestGap } = await probeDeath(side, which);
      return { failed, gap: longestGap };
    });
    comparisons.push(
      {
        what: `${what}: failed probes`,
        unit: 'failed',
        ...failed,
        ...(which === 'control' ? { goal: atMost(0, 'failed') } : {}),
      },
      {
        what: `${what}: longest time without an answer`,
        unit: 's',
        ...gap,
        ...(which === 'edge' ? { goal: atMost(2, 's') } : {}),
      },
    );
  }
  return comparisons;
}
