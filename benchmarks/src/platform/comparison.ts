import { median, round, type Figure } from '../figures.ts';

/** One thing measured on both sides in turns. Values of the same place in the two lists are of the same round. */
export type Comparison = {
  readonly what: string;
  readonly unit: Figure['unit'];
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly goal?: Goal;
};

/** What the medians are to be like. */
export type Goal = { readonly text: string; readonly holds: (ours: number, theirs: number) => boolean };

export const atLeastTimes = (times: number): Goal => ({
  text: `at least ${times} times theirs`,
  holds: (ours, theirs) => ours >= times * theirs,
});
export const noMore: Goal = { text: 'no more than theirs', holds: (ours, theirs) => ours <= theirs };
export const atMost = (most: number, unit: string): Goal => ({
  text: most === 0 ? 'none' : `at most ${most} ${unit}`,
  holds: (ours) => ours <= most,
});

const ratios = ({ ours, theirs }: Comparison): number[] =>
  ours.map((value, index) => value / (theirs[index] ?? Number.NaN)).filter((value) => Number.isFinite(value));

/** The same for `build/bench.json`: each side's values, and the ratio of the two round by round where there is one. */
export function figuresOf(comparison: Comparison): Figure[] {
  const { what, unit, ours, theirs, goal } = comparison;
  const figures: Figure[] = [
    { what: `Emberlab: ${what}`, unit, values: ours, ...(goal === undefined ? {} : { goal: goal.text }) },
    { what: `JupyterHub: ${what}`, unit, values: theirs },
    { what: `${what}, ours by theirs`, unit: 'times', values: ratios(comparison) },
  ];
  return figures.filter(({ values }) => values.length > 0);
}

/** A median for people; a side that can't do it has none. */
const shown = (values: readonly number[], unit: string): string =>
  values.length === 0 ? '–' : `${round(median(values))} ${unit}`;

/** All of them for people: medians side by side. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => {
    const { what, unit, goal } = comparison;
    const ours = median(comparison.ours);
    const theirs = median(comparison.theirs);
    const times = ratios(comparison);
    return [
      what,
      shown(comparison.ours, unit),
      shown(comparison.theirs, unit),
      times.length === 0 ? '' : round(median(times)),
      goal === undefined ? '' : `${goal.holds(ours, theirs) ? 'yes' : 'NO'}: ${goal.text}`,
    ];
  });
  const all = [['', 'Emberlab', 'JupyterHub', 'ratio', 'goal'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
