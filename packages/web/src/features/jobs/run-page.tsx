import { isNotebook, jobTypeLabels, type Execution } from '@emberlab/contract';
import { Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { isNotFound } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { runQuery } from '../../lib/job-queries.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { AnchorLink, UnstyledLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import classes from '../../ui/tabs.module.css';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { DeleteRun } from './delete-run.tsx';
import { RunContext } from './job-context.ts';
import { badgeOf, isLive, runStates, starterOf, timeItIsFor, triggerText } from './run-state.ts';
import { RunTimeline } from './run-timeline.tsx';
import { StopRun } from './stop-run.tsx';

const route = getRouteApi('/user/frame/projects/$project/jobs/runs/$run');

/** One run of a job: how it went, and its log, application, notebook and metrics as tabs. */
export function RunPage() {
  const { run } = route.useParams();
  return /^\d{1,10}$/.test(run) ? <RunById key={run} id={Number(run)} /> : <NotFoundPage />;
}

function RunById({ id }: { id: number }) {
  const project = useProject();
  const { data: run, error, isError, refetch } = useQuery(runQuery(project.name, id));
  if (run === undefined) {
    if (isNotFound(error)) return <NotFoundPage />;
    if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <Skeleton height={420} radius="md" />;
  }
  return (
    <Page
      title={`Run ${run.id} of ${showHidden(run.jobName)}`}
      tab={project.label}
      description={<About run={run} />}
      actions={
        <>
          <StateBadge {...badgeOf(run.state)} strong />
          <Took run={run} />
          <StopRun run={run} />
          <DeleteRun run={run} />
        </>
      }
    >
      <Why run={run} />
      <RunTimeline run={run} />
      <Tabs run={run} />
      <RunContext value={run}>
        <Outlet />
      </RunContext>
    </Page>
  );
}

function About({ run }: { run: Execution }) {
  const { name: project } = useProject();
  const before =
    run.trigger.kind === 'chain' ? run.trigger.after : run.trigger.kind === 'retry' ? run.trigger.of : null;
  const isFor = timeItIsFor(run);
  const trigger = triggerText(run.trigger, starterOf(run));
  return (
    <Dotted>
      {run.jobId === null ? (
        'its job has been deleted'
      ) : (
        <AnchorLink to="/projects/$project/jobs/$job" params={{ project, job: String(run.jobId) }} inherit>
          {showHidden(run.jobName)}
        </AnchorLink>
      )}
      {jobTypeLabels[run.type]}
      {before === null ? (
        trigger
      ) : (
        <AnchorLink to="/projects/$project/jobs/runs/$run" params={{ project, run: String(before) }} inherit>
          {trigger}
        </AnchorLink>
      )}
      <RelativeTime at={run.createdAt} />
      {run.attempt > 1 && `try ${run.attempt}`}
      {run.revision !== null && `revision ${run.revision}`}
      {isFor}
    </Dotted>
  );
}

function Took({ run }: { run: Execution }) {
  if (run.startedAt === null) return null;
  return (
    <Text span size="sm" c="dimmed">
      {isLive(run.state) ? 'for ' : 'ran for '}
      <Duration from={run.startedAt} to={isLive(run.state) ? null : (run.endedAt ?? run.startedAt)} />
    </Text>
  );
}

const titles: Partial<Readonly<Record<Execution['state'], string>>> = {
  failed: 'Why it failed',
  lost: 'Why it is lost',
  stopped: 'Why it was stopped',
  succeeded: 'Beside its success',
};

/** What is to be said of how it goes, or of how it ended. */
function Why({ run }: { run: Execution }) {
  const { state, reason, waitsFor, queuePosition, progress } = run;
  if (state === 'queued') {
    const place =
      queuePosition === null
        ? ''
        : queuePosition === 1
          ? ' It is the next.'
          : ` It is number ${queuePosition} in the queue.`;
    return (
      <Notice tone="info" title="Queued">
        {`${showHidden(waitsFor ?? runStates.queued.meaning)}${place}`}
      </Notice>
    );
  }
  if (state === 'running' && progress !== null) {
    const percent = Math.round(progress * 100);
    return (
      <Stack gap={4}>
        <Text size="xs" c="dimmed" className="el-tabular">
          {percent} % of the tasks of its Spark stages
        </Text>
        <Progress value={percent} size={6} color="gray.6" aria-label={`${percent} % done`} />
      </Stack>
    );
  }
  if (reason === null) return null;
  return (
    <Notice tone={runStates[state].tone === 'bad' ? 'bad' : 'info'} title={titles[state] ?? 'Why it ends'}>
      {showHidden(reason)}
    </Notice>
  );
}

function Tabs({ run }: { run: Execution }) {
  const { name: project } = useProject();
  const shared = { params: { project, run: String(run.id) }, className: classes.tab, replace: true } as const;
  const spark = run.type !== 'python';
  return (
    <nav className={classes.tabs} aria-label="About this run" style={{ overflowX: 'auto' }}>
      <UnstyledLink to="/projects/$project/jobs/runs/$run" activeOptions={{ exact: true }} {...shared}>
        Log
      </UnstyledLink>
      {spark && (
        <UnstyledLink to="/projects/$project/jobs/runs/$run/spark" {...shared}>
          Spark
        </UnstyledLink>
      )}
      {isNotebook(run.program) && (
        <UnstyledLink to="/projects/$project/jobs/runs/$run/notebook" {...shared}>
          Notebook
        </UnstyledLink>
      )}
      {spark && (
        <UnstyledLink to="/projects/$project/jobs/runs/$run/metrics" {...shared}>
          Metrics
        </UnstyledLink>
      )}
      <UnstyledLink to="/projects/$project/jobs/runs/$run/files" {...shared}>
        Files
      </UnstyledLink>
      <UnstyledLink to="/projects/$project/jobs/runs/$run/definition" {...shared}>
        Definition
      </UnstyledLink>
    </nav>
  );
}
