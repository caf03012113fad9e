import { routePath } from '@emberlab/contract';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { isNotFound } from '../../lib/api.ts';
import { batchQuery } from '../../lib/queries.ts';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useProject } from '../projects/project-context.ts';
import { BatchActions } from './batch-actions.tsx';
import { batchStateOf, batchTitle } from './batch-state.ts';

const route = getRouteApi('/user/frame/projects/$project/batches/$id/log');

/** The log of one batch. */
export function BatchLogPage() {
  const { id } = route.useParams();
  return /^\d{1,10}$/.test(id) ? <BatchLog id={Number(id)} /> : <NotFoundPage />;
}

function BatchLog({ id }: { id: number }) {
  const project = useProject();
  const batch = useQuery(batchQuery(project.name, id));
  if (batch.data === undefined) {
    if (isNotFound(batch.error)) return <NotFoundPage />;
    if (batch.isError) return <ErrorState error={batch.error} onRetry={() => void batch.refetch()} />;
    return <Skeleton height={420} radius="md" />;
  }
  const { applicationId } = batch.data;
  return (
    <Page
      title={`Log of ${batchTitle(batch.data)}`}
      tab={project.label}
      description={applicationId === null ? undefined : <CopyableId value={applicationId} label="application id" />}
      actions={
        <>
          <StateBadge {...batchStateOf(batch.data)} />
          <BatchActions batch={batch.data} showLog={false} />
        </>
      }
    >
      <LogStreamView
        key={id}
        url={routePath('batches.log', { params: { project: project.name, id } })}
        live={batch.data.endedAt === null}
        label="Batch log"
        downloadName={`${project.name}-batch-${id}.log`}
        height="calc(100dvh - 14rem)"
        emptyText="The batch has written nothing yet."
      />
    </Page>
  );
}
