export type PlotSeries = {
  readonly label: string;
  /** the name of a colour of the theme */
  readonly color: `--${string}`;
  /** `line`: from point to point · `step`: a value holds until the next · `rate`: a value has held since the one before */
  readonly shape: 'line' | 'step' | 'rate';
  readonly fill?: boolean;
  readonly dashed?: boolean;
  /** null: not known */
  readonly values: readonly (number | null)[];
};

export type TimePlotProps = {
  readonly title: string;
  readonly about: string;
  /** the same in words, for those who can't see it */
  readonly summary: string;
  /** ms since the epoch, oldest first */
  readonly times: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly format: (value: number) => string;
  /** whether the axis counts in powers of two */
  readonly binary: boolean;
  /** what the axis of time spans */
  readonly span: readonly [number, number];
  /** times that are shaded */
  readonly bands: readonly { readonly from: number; readonly to: number }[];
  /** plots of the same name show their values for the same moment */
  readonly group: string;
};
