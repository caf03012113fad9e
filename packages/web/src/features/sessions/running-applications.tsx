import { IconApps } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { sessionsQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { useProject } from '../projects/project-context.ts';
import { applySearch } from './list-search.ts';
import { SessionRows } from './session-rows.tsx';
import { AnchorLink } from '../../ui/links.tsx';

/** "Running applications" of the Jupyter page. */
export function RunningApplications() {
  const project = useProject();
  const sessions = useQuery(sessionsQuery(project.name));
  const running = applySearch(sessions.data?.items ?? [], { show: 'running' });
  return (
    <Section
      title="Running applications"
      flush
      aside={
        <AnchorLink to="/projects/$project/applications" params={{ project: project.name }} size="sm" c="dimmed">
          All applications
        </AnchorLink>
      }
    >
      {sessions.isPending ? (
        <RowsSkeleton rows={2} />
      ) : sessions.isError && sessions.data === undefined ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : running.length === 0 ? (
        <EmptyState icon={<IconApps size={30} />} title="No Spark application is running">
          One starts when the first cell of a notebook with a Spark kernel runs, and is shown here with its Spark UI and
          log.
        </EmptyState>
      ) : (
        <SessionRows sessions={running} />
      )}
    </Section>
  );
}
