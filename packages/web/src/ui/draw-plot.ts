import type uPlot from 'uplot';
import type { PlotSeries, TimePlotProps } from './time-plot-props.ts';
import 'uplot/dist/uPlot.min.css';

/** A plot on the page. */
export type DrawnPlot = {
  /** Draws anew what `read` gives now. */
  update(): void;
  remove(): void;
};

const height = 170;
const powersOfTwo = Array.from({ length: 51 }, (_, power) => 2 ** power);
const font = '11px system-ui, sans-serif';

/**
 * Draws a plot into `room`, as wide as that is, once the library for it has come. `point` is told which moment is under the cursor. Without a canvas to
 * draw on, as in a window without a screen, nothing is drawn.
 */
export function makePlot(room: HTMLElement, read: () => TimePlotProps, point: (at: number | null) => void): DrawnPlot {
  let plot: uPlot | null = null;
  let removed = false;
  const watch = new ResizeObserver(() => plot?.setSize({ width: room.clientWidth, height }));
  const draw = async (): Promise<void> => {
    if (document.createElement('canvas').getContext('2d') === null) return;
    const { default: Plot } = await import('uplot');
    if (removed) return;
    plot = new Plot(optionsFor(Plot, read, point, room.clientWidth), dataOf(read()), room);
    watch.observe(room);
  };
  draw().catch(() => {
    room.textContent = 'The plot could not be drawn. Its numbers are in the table below.';
  });
  return {
    update: () => plot?.setData(dataOf(read())),
    remove() {
      removed = true;
      watch.disconnect();
      plot?.destroy();
    },
  };
}

const dataOf = ({ times, series }: TimePlotProps): uPlot.AlignedData => [
  [...times],
  ...series.map(({ values }) => [...values]),
];

/** A colour of the theme as it is now. */
const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsFor(
  Plot: typeof uPlot,
  read: () => TimePlotProps,
  point: (at: number | null) => void,
  width: number,
): uPlot.Options {
  const { series, binary, group } = read();
  const axis: uPlot.Axis = {
    stroke: () => colorOf('--mantine-color-dimmed'),
    grid: { stroke: () => colorOf('--mantine-color-default-border'), width: 1 },
    ticks: { show: false },
    font,
  };
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    cursor: { sync: { key: group, scales: ['x', null] }, drag: { x: false, y: false, setScale: false }, y: false },
    scales: {
      x: { time: true, range: () => [...read().span] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      { ...axis, size: 26, space: 90, values: (_plot, splits) => splits.map((time) => timeText(time, read().span)) },
      {
        ...axis,
        size: 66,
        space: 36,
        values: (_plot, splits) => splits.map((value) => read().format(value)),
        ...(binary ? { incrs: powersOfTwo } : {}),
      },
    ],
    series: [{}, ...series.map((one) => lineOf(Plot, one))],
    hooks: {
      setCursor: [({ cursor }) => point(cursor.idx ?? null)],
      drawClear: [(plot) => shade(plot, read().bands)],
    },
  };
}

function lineOf(Plot: typeof uPlot, { label, color, shape, fill, dashed }: PlotSeries): uPlot.Series {
  const steps = Plot.paths.stepped;
  return {
    label,
    width: 1.5,
    stroke: () => colorOf(color),
    points: { show: false },
    ...(fill === true ? { fill: () => `${colorOf(color)}22` } : {}),
    ...(dashed === true ? { dash: [4, 4] } : {}),
    ...(shape === 'line' || steps === undefined ? {} : { paths: steps({ align: shape === 'step' ? 1 : -1 }) }),
  };
}

/** Shades the times of `bands`; the shortest can still be seen. */
function shade(plot: uPlot, bands: TimePlotProps['bands']): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colorOf('--el-info-surface');
  for (const { from, to } of bands) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left);
    const right = Math.min(Math.max(plot.valToPos(to, 'x', true), left + 2), bbox.left + bbox.width);
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

const day = 86_400_000;
/** Axes of less than this show seconds. */
const tenMinutes = 600_000;

/** As exact as the axis needs it, in the reader's own zone. */
export function timeText(time: number, [from, to]: readonly [number, number]): string {
  const span = to - from;
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(span < tenMinutes ? { second: '2-digit' } : {}),
    ...(span > day ? { day: 'numeric', month: 'short' } : {}),
  }).format(time);
}
