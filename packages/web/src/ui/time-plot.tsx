import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { formatClock } from '../lib/time.ts';
import { makePlot, type DrawnPlot } from './draw-plot.ts';
import type { TimePlotProps } from './time-plot-props.ts';
import classes from './time-plot.module.css';

/** Values over time, with those under the cursor, or the last, beneath. */
export function TimePlot(props: TimePlotProps) {
  const { title, about, summary, times, series, format } = props;
  const room = useRef<HTMLDivElement>(null);
  const drawn = useRef<DrawnPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useComputedColorScheme('light');
  const latest = useRef({ ...props, scheme });
  useEffect(() => {
    // In other colours as well.
    latest.current = { ...props, scheme };
    drawn.current?.update();
  }, [props, scheme]);
  useEffect(() => {
    if (room.current === null) return undefined;
    const plot = makePlot(room.current, () => latest.current, setPointed);
    drawn.current = plot;
    return () => {
      drawn.current = null;
      plot.remove();
    };
  }, []);
  const at = pointed !== null && pointed < times.length ? pointed : times.length - 1;
  const moment = times[at];
  return (
    <figure className={classes.plot}>
      <Group component="figcaption" justify="space-between" gap="xs" wrap="nowrap" align="baseline">
        <Text size="sm" fw={500} lineClamp={2}>
          {title}{' '}
          <Text span size="xs" c="dimmed" fw={400}>
            {about}
          </Text>
        </Text>
        <Text span size="xs" c="dimmed" className="el-tabular" style={{ whiteSpace: 'nowrap' }}>
          {moment === undefined ? '' : formatClock(moment)}
        </Text>
      </Group>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn here, not loaded */}
      <div ref={room} className={classes.room} role="img" aria-label={summary} />
      <ul className={classes.legend}>
        {series.map(({ label, color, dashed, values }) => {
          const value = values[at] ?? null;
          return (
            <li key={label}>
              <span
                className={classes.swatch}
                data-dashed={dashed === true}
                style={{ borderTopColor: `var(${color})` }}
                aria-hidden="true"
              />
              {label}
              <span className={`${classes.value} el-tabular`}>{value === null ? '–' : format(value)}</span>
            </li>
          );
        })}
      </ul>
    </figure>
  );
}
