import { exampleKernels, kernelLabel } from '@emberlab/contract';
import { Group, Select, SimpleGrid, Skeleton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useProject } from '../projects/project-context.ts';
import { ExampleCard } from './example-card.tsx';
import { ExampleDrawer } from './example-drawer.tsx';
import { applyExampleSearch, topicsOf, type ExampleSearch } from './example-search.ts';
import { examplesQuery } from './queries.ts';

const route = getRouteApi('/user/frame/projects/$project/examples');
const kernels = exampleKernels.map((value) => ({ value, label: kernelLabel(value) }));

/** Notebooks that teach: what there is, what is in them, and the way into one's own project. */
export function ExamplesPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: ExampleSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  const list = useQuery(examplesQuery(project.name));
  const all = list.data?.items ?? [];
  const found = applyExampleSearch(all, search);
  return (
    <Page
      title="Examples"
      tab={project.label}
      description="Short notebooks on real data that show one thing each. Copy one into the project, run it, change it."
    >
      <Group gap="sm">
        <SearchField
          label="Search examples"
          placeholder="Search examples"
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <Select
          w={170}
          aria-label="Topic"
          placeholder="Any topic"
          data={topicsOf(all)}
          value={search.topic ?? null}
          onChange={(topic) => change({ topic: topic ?? undefined })}
          clearable
        />
        <Select
          w={140}
          aria-label="Kernel"
          placeholder="Any kernel"
          data={kernels}
          value={search.kernel ?? null}
          onChange={(value) => change({ kernel: exampleKernels.find((kernel) => kernel === value) })}
          clearable
        />
      </Group>
      {list.isPending ? (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-busy="true" aria-label="Loading the examples">
          {[0, 1, 2, 3, 4, 5].map((each) => (
            <Skeleton key={each} height={158} radius="md" />
          ))}
        </SimpleGrid>
      ) : list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : found.length === 0 ? (
        <EmptyState icon={<IconSearch size={28} />} title="No example matches">
          Please change the search, or choose another topic or kernel.
        </EmptyState>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {found.map((example) => (
            <ExampleCard key={example.id} project={project.name} example={example} search={search} />
          ))}
        </SimpleGrid>
      )}
      <ExampleDrawer
        id={search.show ?? null}
        title={all.find(({ id }) => id === search.show)?.title ?? 'Example'}
        onClose={() => change({ show: undefined })}
      />
    </Page>
  );
}
