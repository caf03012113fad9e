import { jobTypeLabels } from '@emberlab/contract';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { isNotFound } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { jobQuery } from '../../lib/job-queries.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { UnstyledLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import classes from '../../ui/tabs.module.css';
import { RelativeTime } from '../../ui/times.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { JobContext } from './job-context.ts';
import { JobMenu } from './job-menu.tsx';
import { RunBars } from './run-bars.tsx';
import { RunButtons } from './run-buttons.tsx';

const route = getRouteApi('/user/frame/projects/$project/jobs/$job');

/** A job: its runs, when it runs by itself, and what it is, as tabs. */
export function JobPage() {
  const { job } = route.useParams();
  return /^\d{1,10}$/.test(job) ? <JobById key={job} id={Number(job)} /> : <NotFoundPage />;
}

function JobById({ id }: { id: number }) {
  const project = useProject();
  const { data: job, error, isError, refetch } = useQuery(jobQuery(project.name, id));
  if (job === undefined) {
    if (isNotFound(error)) return <NotFoundPage />;
    if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <Skeleton height={420} radius="md" />;
  }
  const params = { project: project.name, job: String(id) };
  return (
    <Page
      title={showHidden(job.name)}
      tab={project.label}
      description={
        <Dotted>
          {jobTypeLabels[job.type]}
          {showHidden(job.program)}
          <span title={job.owner.email}>{job.mine ? 'yours' : `of ${showHidden(job.owner.name)}`}</span>
          {job.nextRunAt !== null && (
            <>
              next run <RelativeTime at={job.nextRunAt} />
            </>
          )}
        </Dotted>
      }
      actions={
        <>
          <RunBars runs={job.lastRuns} />
          {mayRun(project) && <RunButtons job={job} />}
          <JobMenu job={job} />
        </>
      }
    >
      <nav className={classes.tabs} aria-label="About this job">
        <UnstyledLink
          to="/projects/$project/jobs/$job"
          params={params}
          className={classes.tab}
          activeOptions={{ exact: true, includeSearch: false }}
          replace
        >
          Runs
        </UnstyledLink>
        <UnstyledLink to="/projects/$project/jobs/$job/schedule" params={params} className={classes.tab} replace>
          Schedule
        </UnstyledLink>
        <UnstyledLink to="/projects/$project/jobs/$job/alerts" params={params} className={classes.tab} replace>
          Alerts
        </UnstyledLink>
        <UnstyledLink to="/projects/$project/jobs/$job/definition" params={params} className={classes.tab} replace>
          Definition
        </UnstyledLink>
      </nav>
      <JobContext value={job}>
        <Outlet />
      </JobContext>
    </Page>
  );
}
