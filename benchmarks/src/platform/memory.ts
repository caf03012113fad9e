import { setTimeout as pause } from 'node:timers/promises';
import { residentMb } from '../tools.ts';
import { noMore, type Comparison } from './comparison.ts';
import { members } from './side.ts';
import { inTurns, type Sides } from './turns.ts';

/** Resident memory of control and edge, and of their hub and proxy, at rest with all that they had to do before. */
export async function measureMemory(sides: Sides): Promise<Comparison[]> {
  await pause(10_000);
  const { control, edge } = await inTurns(sides, ['control', 'edge'], async (side) => {
    const pids = await side.pids();
    await pause(500);
    return { control: residentMb(pids.control), edge: residentMb(pids.edge) };
  });
  return [
    { what: `resident with ${members} servers: control, their hub`, unit: 'MB', ...control, goal: noMore },
    { what: `resident with ${members} servers: edge, their proxy`, unit: 'MB', ...edge, goal: noMore },
  ];
}
