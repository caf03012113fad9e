import { timed } from '../tools.ts';
import { noMore, type Comparison } from './comparison.ts';
import { inTurns, type Sides } from './turns.ts';

/** Seconds from the request for a JupyterLab until it is ready, alone on the machine. */
export async function measureStart(sides: Sides): Promise<Comparison[]> {
  const { seconds } = await inTurns(sides, ['seconds'], async (side) => {
    const seconds = await timed('s', () => side.start(0, 'jupyter'));
    await side.stop(0, 'jupyter');
    return { seconds };
  });
  return [{ what: 'one JupyterLab, until ready', unit: 's', ...seconds, goal: noMore }];
}
