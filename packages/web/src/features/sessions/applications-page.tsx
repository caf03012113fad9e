import { Group, Paper, SegmentedControl } from '@mantine/core';
import { IconApps, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { sessionsQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { nextSorting, SortButton } from '../../ui/sort-button.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { applySearch, shows, type ListSearch, type SortKey } from './list-search.ts';
import { Batches } from './batches.tsx';
import { inUse } from './session-state.ts';
import { SessionRows } from './session-rows.tsx';

const route = getRouteApi('/user/frame/projects/$project/applications');
const showLabels = { all: 'All', running: 'Running', ended: 'Ended' } as const;

/** All Spark applications that the caller may see, those that have ended too. */
export function ApplicationsPage() {
  const project = useProject();
  const sessions = useQuery(sessionsQuery(project.name));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: ListSearch): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const all = (sessions.data?.items ?? []).filter(inUse);
  const shown = applySearch(all, search);
  const seesOthers = project.role === 'owner';
  const head = (column: SortKey, label: string): ReactNode => (
    <SortButton
      label={label}
      active={search.sort === column}
      reverse={search.reverse === true}
      onClick={() => change(nextSorting(search, column))}
    />
  );
  return (
    <Page
      title="Applications"
      tab={project.label}
      description={seesOthers ? 'Spark applications of all members.' : 'Your Spark applications.'}
    >
      <Group gap="sm">
        <SearchField
          label="Search applications"
          placeholder="Search"
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <SegmentedControl
          size="sm"
          aria-label="Which applications"
          data={shows.map((value) => ({ value, label: showLabels[value] }))}
          value={search.show ?? 'all'}
          onChange={(value) => change({ show: shows.find((each) => each === value && each !== 'all') })}
        />
      </Group>
      <Paper style={{ overflow: 'hidden' }}>
        {sessions.isPending ? (
          <RowsSkeleton rows={4} />
        ) : sessions.isError && sessions.data === undefined ? (
          <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={<IconApps size={32} />}
            title="No Spark applications yet"
            action={
              mayRun(project) && (
                <Group gap="xs" justify="center">
                  <ButtonLink to="/projects/$project/jupyter" params={{ project: project.name }} variant="filled">
                    Go to Jupyter
                  </ButtonLink>
                  <ButtonLink to="/projects/$project/examples" params={{ project: project.name }}>
                    Begin with an example
                  </ButtonLink>
                </Group>
              )
            }
          >
            One starts when the first cell of a notebook with a Spark kernel runs, and stays here with its Spark UI, log
            and metrics when it has ended.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState icon={<IconSearch size={28} />} title="No application matches">
            Please change the search or choose All.
          </EmptyState>
        ) : (
          <SessionRows sessions={shown} ended owners={seesOthers} head={head} />
        )}
      </Paper>
      <Batches />
    </Page>
  );
}
