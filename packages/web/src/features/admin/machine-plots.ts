import type { MachinePoint } from '@emberlab/contract';
import { formatBytes } from '../../lib/units.ts';
import { formatNumber, type Plot } from '../sessions/plots.ts';

/** Counts need no fractions, and shares of cores do. */
const formatCores = (value: number): string => `${Math.round(value * 10) / 10}`;
const most = '--mantine-color-dimmed';

/** What is shown of the machine over time: values are in the order of `times`, ms since the epoch. */
export function machinePlotsOf(points: readonly MachinePoint[]): { times: number[]; plots: Plot[] } {
  const of = (name: Exclude<keyof MachinePoint, 'at'>) => points.map((point) => point[name]);
  return {
    times: points.map(({ at }) => Date.parse(at)),
    plots: [
      {
        title: 'Memory',
        about: 'in use, and what servers and Spark take of it',
        format: formatBytes,
        binary: true,
        series: [
          { label: 'In use', color: '--el-blue', shape: 'line', fill: true, values: of('memoryUsedBytes') },
          { label: 'Jupyter', color: '--el-green', shape: 'line', values: of('serversMemoryBytes') },
          { label: 'Spark', color: '--el-magenta', shape: 'line', values: of('sparkMemoryBytes') },
          { label: 'There is', color: most, shape: 'step', dashed: true, values: of('memoryTotalBytes') },
        ],
      },
      {
        title: 'Cores',
        about: 'busy, on average over half a minute',
        format: formatCores,
        binary: false,
        series: [
          { label: 'Busy', color: '--el-busy', shape: 'rate', fill: true, values: of('coresBusy') },
          { label: 'Jupyter', color: '--el-green', shape: 'rate', values: of('serversCores') },
          { label: 'Spark', color: '--el-magenta', shape: 'rate', values: of('sparkCores') },
          { label: 'There are', color: most, shape: 'step', dashed: true, values: of('cores') },
        ],
      },
      {
        title: 'Disk',
        about: 'of the data folder',
        format: formatBytes,
        binary: true,
        series: [
          { label: 'In use', color: '--el-yellow', shape: 'line', fill: true, values: of('diskUsedBytes') },
          { label: 'There is', color: most, shape: 'step', dashed: true, values: of('diskTotalBytes') },
        ],
      },
      {
        title: 'Running',
        about: 'and what waits for its turn',
        format: formatNumber,
        binary: false,
        series: [
          { label: 'Jupyter', color: '--el-green', shape: 'step', values: of('servers') },
          { label: 'Spark', color: '--el-magenta', shape: 'step', values: of('spark') },
          { label: 'Builds', color: '--el-blue', shape: 'step', values: of('builds') },
          { label: 'Waiting', color: '--el-red', shape: 'step', values: of('waiting') },
        ],
      },
    ],
  };
}
