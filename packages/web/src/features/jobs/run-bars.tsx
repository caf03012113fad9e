import type { LastRun } from '@emberlab/contract';
import { formatDuration, formatExact } from '../../lib/time.ts';
import classes from './run-bars.module.css';
import { runStates } from './run-state.ts';

const mostBars = 10;

/** The last runs of a job, the newest at the right: the colour says how it ended, the height how long it took beside the others. */
export function RunBars({ runs }: { runs: readonly LastRun[] }) {
  const oldestFirst = runs.slice(0, mostBars).toReversed();
  const longest = Math.max(1, ...oldestFirst.map(({ durationSeconds }) => durationSeconds ?? 0));
  const described =
    runs.length === 0 ? 'It has not run yet.' : `Last runs, the newest first: ${runs.map(spell).join('; ')}.`;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn here, not loaded
    <span className={classes.bars} role="img" aria-label={described}>
      {Array.from({ length: mostBars - oldestFirst.length }, (_, index) => (
        <span key={index} className={classes.none} />
      ))}
      {oldestFirst.map((run) => (
        <span
          key={run.id}
          className={classes.bar}
          data-tone={runStates[run.state].tone}
          style={{ height: `${Math.round(15 + (85 * (run.durationSeconds ?? 0)) / longest)}%` }}
          title={`Run ${run.id}, ${formatExact(Date.parse(run.createdAt))}: ${spell(run)}`}
        />
      ))}
    </span>
  );
}

function spell({ state, durationSeconds }: LastRun): string {
  const word = runStates[state].label.toLowerCase();
  return durationSeconds === null ? word : `${word}, ${formatDuration(durationSeconds * 1000)}`;
}
