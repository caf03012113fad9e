import { executionStates, type Execution } from '@emberlab/contract';
import { Group, Paper, Select, Text, TextInput } from '@mantine/core';
import { IconHistory, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { runsQuery } from '../../lib/job-queries.ts';
import { formatDuration, formatExact } from '../../lib/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { useJob } from './job-context.ts';
import { runFilters, toRunsAsked, type RunSearch } from './job-search.ts';
import { byDay, dayLabel } from './run-days.ts';
import { badgeOf, isLive, runStates, starterOf, timeItIsFor, triggerText } from './run-state.ts';
import classes from './runs-tab.module.css';
import { StopRun } from './stop-run.tsx';

const route = getRouteApi('/user/frame/projects/$project/jobs/$job/');

/** The runs of a job by days, the newest first. */
export function RunsTab() {
  const project = useProject();
  const job = useJob();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: RunSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  // Written once: days of an address are days of the reader, whose zone can't be told from the address.
  const asked = useMemo(() => toRunsAsked(job.id, search), [job.id, search]);
  const list = useInfiniteQuery({ ...runsQuery(project.name, asked), placeholderData: keepPreviousData });
  const runs = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <>
      <Filters search={search} onChange={change} />
      <Paper style={{ overflow: 'hidden' }}>
        {list.isPending ? (
          <RowsSkeleton rows={5} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : runs.length === 0 && filtered ? (
          <EmptyState icon={<IconSearch size={28} />} title="No run matches">
            Please change the filters.
          </EmptyState>
        ) : runs.length === 0 ? (
          <EmptyState icon={<IconHistory size={30} />} title="It has not run yet">
            {mayRun(project)
              ? 'Press Run, or give it a schedule: each run is listed here with its log.'
              : 'Each run is listed here with its log.'}
          </EmptyState>
        ) : (
          <Days runs={runs} />
        )}
        <ShowMore list={list} />
      </Paper>
    </>
  );
}

function Filters({ search, onChange }: { search: RunSearch; onChange: (change: RunSearch) => void }) {
  return (
    <Group gap="sm" align="flex-end">
      <Select
        w={170}
        label="State"
        placeholder="Any state"
        data={[
          { value: 'live', label: 'Not ended' },
          { value: 'ended', label: 'Ended' },
          ...executionStates.map((value) => ({ value, label: runStates[value].label })),
        ]}
        value={search.state ?? null}
        onChange={(value) => onChange({ state: runFilters.find((one) => one === value) })}
        clearable
      />
      <TextInput
        type="date"
        w={150}
        label="From"
        value={search.from ?? ''}
        onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        w={150}
        label="Until"
        value={search.until ?? ''}
        onChange={(event) => onChange({ until: event.currentTarget.value || undefined })}
      />
    </Group>
  );
}

function Days({ runs }: { runs: readonly Execution[] }) {
  const now = useNow(60_000);
  const longest = Math.max(1, ...runs.map(({ durationSeconds }) => durationSeconds ?? 0));
  return (
    <ol className={classes.days} aria-label="Runs">
      {byDay(runs).map(({ day, runs: ofDay }) => (
        <li key={day}>
          <div className={classes.day}>{dayLabel(Date.parse(day), now)}</div>
          {ofDay.map((run) => (
            <RunLine key={run.id} run={run} longest={longest} />
          ))}
        </li>
      ))}
    </ol>
  );
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

function RunLine({ run, longest }: { run: Execution; longest: number }) {
  const { name: project } = useProject();
  const { tone } = runStates[run.state];
  const seconds = useDuration(run);
  const isFor = timeItIsFor(run);
  return (
    <div className={classes.run}>
      <time dateTime={run.createdAt} title={formatExact(Date.parse(run.createdAt))} className="el-tabular">
        {clock.format(Date.parse(run.createdAt))}
      </time>
      <AnchorLink
        to="/projects/$project/jobs/runs/$run"
        params={{ project, run: String(run.id) }}
        c="inherit"
        underline="hover"
        aria-label={`${runStates[run.state].label}: run ${run.id}`}
      >
        <StateBadge {...badgeOf(run.state)} />
      </AnchorLink>
      <Text span size="sm" c="dimmed" className={`${classes.trigger} el-break`}>
        Run {run.id}, {triggerText(run.trigger, starterOf(run))}
        {isFor !== null && `, ${isFor}`}
      </Text>
      <span className={classes.track} aria-hidden="true">
        {seconds !== null && (
          <span
            className={classes.bar}
            data-tone={tone}
            style={{ width: `${Math.min(100, (100 * seconds) / longest)}%` }}
          />
        )}
      </span>
      <span className={`${classes.took} el-tabular`}>{seconds === null ? '–' : formatDuration(seconds * 1000)}</span>
      <span className={classes.actions}>
        <StopRun run={run} size="compact-sm" />
      </span>
      {(run.reason ?? run.waitsFor) !== null && run.state !== 'succeeded' && (
        <span className={`${classes.reason} el-break`}>
          <Text span size="sm" c={tone === 'bad' ? 'var(--mantine-color-error)' : 'dimmed'}>
            {showHidden(run.reason ?? run.waitsFor ?? '')}
          </Text>
        </span>
      )}
    </div>
  );
}

/** How long a run took, or has taken by now, s; null: it has not begun. */
function useDuration(run: Execution): number | null {
  const now = useNow(1000);
  if (run.startedAt === null) return null;
  if (!isLive(run.state)) return run.durationSeconds;
  return Math.max(run.durationSeconds ?? 0, (now - Date.parse(run.startedAt)) / 1000);
}
