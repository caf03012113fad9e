/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** The smallest value that so many percent of the values don't exceed; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/** One measured figure: all its values, in the order in which they were taken. */
export type Figure = {
  what: string;
  unit: 's' | 'ms' | 'MB' | 'kB' | 'times' | '/s' | 'failed';
  values: readonly number[];
  goal?: string;
};

/** A value as people read it. */
export const round = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

/** A line for people: median, range, and the goal where there is one. */
export function present({ what, unit, values, goal }: Figure): string {
  const range =
    values.length > 1 ? ` (${values.length} runs, ${round(Math.min(...values))} to ${round(Math.max(...values))})` : '';
  return `${what}: ${round(median(values))} ${unit}${range}${goal === undefined ? '' : `; goal ${goal}`}`;
}
