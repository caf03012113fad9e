import type { SessionPoint } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { addToHistory } from '../../lib/metrics-over-time.ts';
import { measured } from '../../test/app.tsx';
import { describePlot, plotsOf, ratesOf, runsOf } from './plots.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, second)).toISOString();
const points: SessionPoint[] = [
  { ...measured, at: at(0) },
  { ...measured, at: at(2), activeTasks: 2, completedTasks: 10, shuffleReadBytes: 4096, gcMs: 50, taskMs: 200 },
  { ...measured, at: at(12), completedTasks: 10, failedTasks: 5, shuffleReadBytes: 4096, gcMs: 50, taskMs: 200 },
];
const valuesOf = (title: string, label: string) =>
  plotsOf({ points })
    .plots.find((plot) => plot.title === title)
    ?.series.find((one) => one.label === label)?.values;

describe('the plots of an application', () => {
  it('show what is measured as it is, and counters as rates', () => {
    expect(plotsOf({ points }).times).toEqual(points.map((point) => Date.parse(point.at)));
    expect(valuesOf('Tasks running', 'Running')).toEqual([0, 2, 0]);
    expect(valuesOf('Tasks ended', 'Finished')).toEqual([null, 5, 0]);
    expect(valuesOf('Tasks ended', 'Failed')).toEqual([null, 0, 0.5]);
    expect(valuesOf('Shuffle and input', 'Shuffle read')).toEqual([null, 2048, 0]);
    expect(valuesOf('Garbage collection', 'Collecting')).toEqual([null, 25, null]);
  });

  it('know no rate where a counter fell', () => {
    expect(ratesOf([0, 1000, 2000], [5, 3, 4])).toEqual([null, null, 1]);
  });

  it('have no line for the heaps of executors where there are none', () => {
    expect(valuesOf('JVM heap', 'Executors, peak')).toBeUndefined();
    const { plots } = plotsOf({ points: [{ ...measured, at: at(0), executorHeapPeakBytes: 7 }] });
    expect(plots.flatMap(({ series }) => series.map(({ label }) => label))).toContain('Executors, peak');
  });

  it('can be told in words', () => {
    const [tasks, ended] = plotsOf({ points }).plots.map(describePlot);
    expect(tasks).toBe('Tasks running. Running: 0 at the end, 2 at most; Cores: 2 at the end, 2 at most.');
    expect(ended).toBe('Tasks ended. Finished: 0/s at the end, 5/s at most; Failed: 0.5/s at the end, 0.5/s at most.');
    const [, none] = plotsOf({ points: points.slice(0, 1) }).plots.map(describePlot);
    expect(none).toBe('Tasks ended. Finished: nothing yet; Failed: nothing yet.');
  });

  it('shade the time of statements, up to now for the one that runs', () => {
    const statements = [
      { id: 0, startedAt: at(1), completedAt: at(2) },
      { id: 1, startedAt: at(3), completedAt: null },
    ];
    const now = Date.parse(at(9));
    expect(runsOf({ points, statements, note: null }, now).map(({ from, to }) => to - from)).toEqual([1000, 6000]);
  });
});

describe('what is asked for since the last point', () => {
  it('is added to what is known, once', () => {
    const [first, second, third] = points;
    const of = (...some: (SessionPoint | undefined)[]) => ({
      points: some.filter((point) => point !== undefined),
      statements: [],
      note: null,
    });
    expect(addToHistory(undefined, of(first))).toEqual(of(first));
    expect(addToHistory(of(first, second), of(second, third))).toEqual(of(first, second, third));
  });
});
