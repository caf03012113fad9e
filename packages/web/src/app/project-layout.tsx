import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { isNotFound } from '../lib/api.ts';
import { projectQuery } from '../lib/queries.ts';
import { ProjectContext } from '../features/projects/project-context.ts';
import { ArchivedNotice } from '../features/projects/archived-notice.tsx';
import { DeletedPage, DeletionProgress } from '../features/projects/deletion-progress.tsx';
import { TimeWarning } from '../features/jupyter/time-warning.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { NotFoundPage } from '../ui/fallbacks.tsx';
import { TitlePrefixContext, useTitlePrefixState } from '../ui/title-prefix.ts';

const route = getRouteApi('/user/frame/projects/$project');

/** Loads the project that the address names for the pages below. */
export function ProjectLayout() {
  const { project: name } = route.useParams();
  const project = useQuery(projectQuery(name));
  const titlePrefix = useTitlePrefixState();
  if (isNotFound(project.error)) return project.data?.state === 'deleting' ? <DeletedPage /> : <NotFoundPage />;
  if (project.data?.state === 'deleting') return <DeletionProgress project={project.data} />;
  if (project.data !== undefined) {
    // Keyed: what was typed or opened in one project is not carried to the next.
    return (
      <ProjectContext value={project.data} key={name}>
        <TitlePrefixContext value={titlePrefix}>
          <Stack gap="md">
            <ArchivedNotice />
            <TimeWarning />
            <Outlet />
          </Stack>
        </TitlePrefixContext>
      </ProjectContext>
    );
  }
  if (project.isError) return <ErrorState error={project.error} onRetry={() => void project.refetch()} />;
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading the project">
      <Skeleton height={34} width={180} />
      <Skeleton height={220} radius="md" />
    </Stack>
  );
}
