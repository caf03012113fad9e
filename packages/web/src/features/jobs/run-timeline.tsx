import type { Execution } from '@emberlab/contract';
import { Paper, Text } from '@mantine/core';
import { formatDuration, formatExact } from '../../lib/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { runStates } from './run-state.ts';
import classes from './run-timeline.module.css';
import { timelineOf } from './timeline.ts';

/** Where the time of a run went: waiting, preparing, starting, running. */
export function RunTimeline({ run }: { run: Execution }) {
  const now = useNow(1000);
  const parts = timelineOf(run, now);
  const all = parts.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <Paper p="sm" component="section" aria-label="Timeline">
      <div className={classes.bar} aria-hidden="true">
        {parts.map(({ state, from, ms }) => (
          <span
            key={`${state} ${from}`}
            className={classes.part}
            data-state={state}
            style={{ flexGrow: all === 0 ? 1 : ms / all }}
            title={`${runStates[state].label}: ${formatDuration(ms)}`}
          />
        ))}
      </div>
      <ul className={classes.legend}>
        {parts.map(({ state, from, ms }) => (
          <li key={`${state} ${from}`} title={`${runStates[state].meaning} Since ${formatExact(from)}.`}>
            <span className={classes.swatch} data-state={state} aria-hidden="true" />
            {runStates[state].label}
            <Text span inherit c="dimmed" className="el-tabular">
              {formatDuration(ms)}
            </Text>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
