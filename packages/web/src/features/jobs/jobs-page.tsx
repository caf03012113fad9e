import { Paper } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCalendarBolt, IconPlus, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { jobsQuery } from '../../lib/job-queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { nextSorting, SortButton } from '../../ui/sort-button.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { JobFilters } from './job-filters.tsx';
import { JobRows } from './job-rows.tsx';
import { isFiltered, toJobsAsked, type JobSearch, type JobSortKey } from './job-search.ts';

const route = getRouteApi('/user/frame/projects/$project/jobs');
/** A search begins when nobody has typed for so long, ms. */
const typingMs = 250;

/** The jobs of the project. */
export function JobsPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: JobSearch): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const [asked] = useDebouncedValue(search, typingMs);
  const list = useInfiniteQuery({ ...jobsQuery(project.name, toJobsAsked(asked)), placeholderData: keepPreviousData });
  const jobs = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const runs = mayRun(project);
  const head = (column: JobSortKey, label: string) => (
    <SortButton
      label={label}
      active={(search.sort ?? 'name') === column}
      reverse={search.reverse === true}
      onClick={() => change(nextSorting(search, column))}
    />
  );
  return (
    <Page
      title="Jobs"
      tab={project.label}
      description="Programs and notebooks that run by themselves, with a configuration of their own."
      actions={runs && jobs.length + Number(isFiltered(search)) > 0 && <NewJobLink project={project.name} />}
    >
      <JobFilters search={search} onChange={change} />
      <Paper style={{ overflow: 'hidden' }}>
        {list.isPending ? (
          <RowsSkeleton rows={5} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : jobs.length === 0 && isFiltered(asked) ? (
          <EmptyState icon={<IconSearch size={28} />} title="No job matches">
            Please change the search or the filters.
          </EmptyState>
        ) : jobs.length === 0 ? (
          <EmptyState
            icon={<IconCalendarBolt size={32} />}
            title="No jobs yet"
            action={runs && <NewJobLink project={project.name} />}
          >
            {runs
              ? 'Make one of a Python file, a jar, an R file or a notebook: it runs when you say so, by a schedule, or after other jobs.'
              : 'Jobs that members make are listed here with their runs.'}
          </EmptyState>
        ) : (
          <JobRows jobs={jobs} head={head} />
        )}
        <ShowMore list={list} />
      </Paper>
    </Page>
  );
}

const NewJobLink = ({ project }: { project: string }) => (
  <ButtonLink
    variant="filled"
    to="/projects/$project/jobs/new"
    params={{ project }}
    leftSection={<IconPlus size={16} aria-hidden="true" />}
  >
    New job
  </ButtonLink>
);
