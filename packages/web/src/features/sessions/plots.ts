import type { MetricsOverTime, SessionPoint } from '@emberlab/contract';
import { formatBytes } from '../../lib/units.ts';
import type { PlotSeries } from '../../ui/time-plot-props.ts';

export type Plot = {
  readonly title: string;
  /** what the numbers are, where the title does not say it */
  readonly about: string;
  readonly format: (value: number) => string;
  readonly binary: boolean;
  readonly series: readonly PlotSeries[];
};

type Values = readonly (number | null)[];
type Counter = { [K in keyof SessionPoint]: SessionPoint[K] extends number ? K : never }[keyof SessionPoint];

/** A number that is not a size: `12`, `0.35`, `1,200`. */
export function formatNumber(value: number): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const perSecond =
  (format: (value: number) => string) =>
  (value: number): string =>
    `${format(value)}/s`;
const percent = (value: number): string => `${Math.round(value * 10) / 10} %`;

/**
 * How fast a counter grew up to each moment, per second. Nothing for the first, and where it fell: Spark forgets executors that are gone, and code may
 * begin another application.
 */
export const ratesOf = (times: readonly number[], counter: readonly number[]): Values =>
  counter.map((value, at) => {
    const grown = value - (counter[at - 1] ?? Number.NaN);
    const seconds = ((times[at] ?? 0) - (times[at - 1] ?? 0)) / 1000;
    return grown >= 0 && seconds > 0 ? grown / seconds : null;
  });

/** The part of one counter's growth in another's, in percent; nothing where the other did not grow. */
const shareOf = (part: Values, whole: Values): Values =>
  part.map((value, at) => {
    const all = whole[at] ?? 0;
    return value === null || all === 0 ? null : Math.min(100, (value / all) * 100);
  });

/** What is shown of an application over time: values are in the order of `times`, ms since the epoch. */
export function plotsOf({ points }: Pick<MetricsOverTime, 'points'>): { times: number[]; plots: Plot[] } {
  const times = points.map(({ at }) => Date.parse(at));
  const valuesOf = (name: Counter) => points.map((point) => point[name]);
  const rate = (name: Counter) => ratesOf(times, valuesOf(name));
  const peak = points.map((point) => point.executorHeapPeakBytes);
  const plots: Plot[] = [
    {
      title: 'Tasks running',
      about: 'at the moment, and the cores for them',
      format: formatNumber,
      binary: false,
      series: [
        { label: 'Running', color: '--el-busy', shape: 'step', fill: true, values: valuesOf('activeTasks') },
        { label: 'Cores', color: '--mantine-color-dimmed', shape: 'step', dashed: true, values: valuesOf('cores') },
      ],
    },
    {
      title: 'Tasks ended',
      about: 'per second',
      format: perSecond(formatNumber),
      binary: false,
      series: [
        { label: 'Finished', color: '--el-green', shape: 'rate', fill: true, values: rate('completedTasks') },
        { label: 'Failed', color: '--el-red', shape: 'rate', values: rate('failedTasks') },
      ],
    },
    {
      title: 'Storage memory',
      about: 'cached, of the room for it',
      format: formatBytes,
      binary: true,
      series: [
        { label: 'Used', color: '--el-blue', shape: 'line', fill: true, values: valuesOf('memoryUsedBytes') },
        {
          label: 'Total',
          color: '--mantine-color-dimmed',
          shape: 'step',
          dashed: true,
          values: valuesOf('memoryTotalBytes'),
        },
      ],
    },
    {
      title: 'JVM heap',
      about: 'driver now, executors at their peak',
      format: formatBytes,
      binary: true,
      series: [
        { label: 'Driver', color: '--el-magenta', shape: 'line', fill: true, values: valuesOf('driverHeapUsedBytes') },
        {
          label: 'Driver at most',
          color: '--mantine-color-dimmed',
          shape: 'step',
          dashed: true,
          values: valuesOf('driverHeapMaxBytes'),
        },
        ...(peak.every((value) => value === null)
          ? []
          : [{ label: 'Executors, peak', color: '--el-cyan', shape: 'step', values: peak } as const]),
      ],
    },
    {
      title: 'Shuffle and input',
      about: 'per second',
      format: perSecond(formatBytes),
      binary: true,
      series: [
        { label: 'Shuffle read', color: '--el-blue', shape: 'rate', values: rate('shuffleReadBytes') },
        { label: 'Shuffle written', color: '--el-magenta', shape: 'rate', values: rate('shuffleWriteBytes') },
        { label: 'Input read', color: '--el-green', shape: 'rate', values: rate('inputBytes') },
      ],
    },
    {
      title: 'Garbage collection',
      about: 'part of the time of tasks',
      format: percent,
      binary: false,
      series: [
        {
          label: 'Collecting',
          color: '--el-yellow',
          shape: 'rate',
          fill: true,
          values: shareOf(rate('gcMs'), rate('taskMs')),
        },
      ],
    },
  ];
  return { times, plots };
}

/** When statements ran, ms since the epoch; the one that runs goes on until `now`. */
export const runsOf = ({ statements }: MetricsOverTime, now: number): { from: number; to: number }[] =>
  statements.map(({ startedAt, completedAt }) => ({
    from: Date.parse(startedAt),
    to: completedAt === null ? now : Date.parse(completedAt),
  }));

/** A plot in words, for those who do not see it: of each line what it is now and was at most. */
export function describePlot({ title, series, format }: Plot): string {
  const parts = series.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    const last = known.at(-1);
    return last === undefined
      ? `${label}: nothing yet`
      : `${label}: ${format(last)} at the end, ${format(Math.max(...known))} at most`;
  });
  return `${title}. ${parts.join('; ')}.`;
}
