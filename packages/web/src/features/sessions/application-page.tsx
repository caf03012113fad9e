import type { Session } from '@emberlab/contract';
import { Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { isNotFound } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { sessionQuery } from '../../lib/queries.ts';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { UnstyledLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { ApplicationContext } from './application-context.ts';
import classes from '../../ui/tabs.module.css';
import { SessionActions } from './session-actions.tsx';
import { isLive, kernelOf, sessionStateOf, sessionTitle } from './session-state.ts';

function problemTitle(session: Session): string {
  if (isLive(session)) return session.stopped ? 'Why it ends' : 'Something is wrong';
  return session.stopped ? 'Why it ended' : 'Why it failed';
}

const route = getRouteApi('/user/frame/projects/$project/applications/$id');

/** One application: what it is, what can be done with it, and its metrics, executors and log as tabs. */
export function ApplicationPage() {
  const { id } = route.useParams();
  return /^\d{1,10}$/.test(id) ? <Application key={id} id={Number(id)} /> : <NotFoundPage />;
}

function Application({ id }: { id: number }) {
  const project = useProject();
  const { data: session, error, isError, refetch } = useQuery(sessionQuery(project.name, id));
  if (session === undefined) {
    if (isNotFound(error)) return <NotFoundPage />;
    if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <Skeleton height={420} radius="md" />;
  }
  const params = { project: project.name, id: String(id) };
  const live = isLive(session);
  return (
    <Page
      title={sessionTitle(session)}
      tab={project.label}
      description={
        <Group gap="xs">
          <span>{kernelOf(session)}</span>
          {session.applicationId !== null && <CopyableId value={session.applicationId} label="application id" />}
          {session.mine ? null : <span>{session.owner.name}</span>}
        </Group>
      }
      actions={
        <>
          <StateBadge {...sessionStateOf(session)} />
          <Text span size="sm" c="dimmed">
            {live ? 'for ' : 'ran for '}
            <Duration from={session.createdAt} to={live ? null : (session.endedAt ?? session.createdAt)} coarse />
          </Text>
          <SessionActions session={session} showTabs={false} />
        </>
      }
    >
      {session.problem !== null && (
        <Notice tone={session.stopped ? 'info' : 'bad'} title={problemTitle(session)}>
          {showHidden(session.problem)}
        </Notice>
      )}
      {session.problem === null && session.waiting !== undefined && (
        <Notice tone="info" title="Waiting for the cluster">
          {session.waiting}
        </Notice>
      )}
      <nav className={classes.tabs} aria-label="About this application">
        <UnstyledLink to="/projects/$project/applications/$id/metrics" params={params} className={classes.tab} replace>
          Metrics
        </UnstyledLink>
        <UnstyledLink
          to="/projects/$project/applications/$id/executors"
          params={params}
          className={classes.tab}
          replace
        >
          Executors
        </UnstyledLink>
        <UnstyledLink to="/projects/$project/applications/$id/log" params={params} className={classes.tab} replace>
          Log
        </UnstyledLink>
      </nav>
      <ApplicationContext value={session}>
        <Outlet />
      </ApplicationContext>
    </Page>
  );
}
