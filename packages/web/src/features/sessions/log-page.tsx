import { routePath } from '@emberlab/contract';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { isNotFound } from '../../lib/api.ts';
import { sessionQuery } from '../../lib/queries.ts';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useProject } from '../projects/project-context.ts';
import { SessionActions } from './session-actions.tsx';
import { isLive, sessionStateOf, sessionTitle } from './session-state.ts';

const route = getRouteApi('/user/frame/projects/$project/applications/$id/log');

/** The driver's log of one application. */
export function ApplicationLogPage() {
  const { id } = route.useParams();
  return /^\d{1,10}$/.test(id) ? <ApplicationLog id={Number(id)} /> : <NotFoundPage />;
}

function ApplicationLog({ id }: { id: number }) {
  const project = useProject();
  const session = useQuery(sessionQuery(project.name, id));
  if (session.data === undefined) {
    if (isNotFound(session.error)) return <NotFoundPage />;
    if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
    return <Skeleton height={420} radius="md" />;
  }
  return (
    <Page
      title={`Log of ${sessionTitle(session.data)}`}
      tab={project.label}
      description={
        session.data.applicationId === null ? undefined : (
          <CopyableId value={session.data.applicationId} label="application id" />
        )
      }
      actions={
        <>
          <StateBadge {...sessionStateOf(session.data)} />
          <SessionActions session={session.data} showLog={false} />
        </>
      }
    >
      <LogStreamView
        key={id}
        url={routePath('sessions.log', { params: { project: project.name, id } })}
        live={isLive(session.data)}
        label="Driver log"
        downloadName={`${project.name}-${id}-driver.log`}
        height="calc(100dvh - 14rem)"
        emptyText="The driver has written nothing yet."
      />
    </Page>
  );
}
