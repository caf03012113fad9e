import type { Person } from '@emberlab/contract';
import { Group, SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUsers } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { peopleQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { ChangeDialog, type Change } from './change-dialog.tsx';
import { PeopleRows } from './people-rows.tsx';
import { peopleFilters, type PeopleSearch } from './people-search.ts';

const route = getRouteApi('/user/frame/admin/users');
/** A search begins when nobody has typed for so long, ms. */
const typingMs = 250;
const filterLabels = { all: 'All', active: 'Active', disabled: 'Disabled', administrators: 'Administrators' } as const;

/** People with accounts: who may log in, and who administers the platform. */
export function PeoplePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [asked] = useDebouncedValue({ search: search.q, show: search.show }, typingMs);
  const list = useInfiniteQuery({ ...peopleQuery(asked), placeholderData: keepPreviousData });
  const [changing, setChanging] = useState<{ person: Person; change: Change } | null>(null);
  const change = (next: PeopleSearch): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const people = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page
      title="Users"
      description="People with accounts. Who is disabled can’t log in, and nothing runs for them; what they have made stays."
    >
      <Section title="People" flush>
        <Group gap="sm" p="md" pb="xs">
          <SearchField
            label="Search users"
            placeholder="Search by name or e-mail"
            value={search.q}
            onChange={(q) => change({ q })}
          />
          <SegmentedControl
            size="sm"
            aria-label="Which users"
            data={(['all', ...peopleFilters] as const).map((value) => ({ value, label: filterLabels[value] }))}
            value={search.show ?? 'all'}
            onChange={(value) => change({ show: peopleFilters.find((each) => each === value) })}
          />
        </Group>
        {list.isPending ? (
          <RowsSkeleton rows={4} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : people.length === 0 ? (
          <EmptyState icon={<IconUsers size={30} />} title="Nobody matches">
            Please change the search or the filter.
          </EmptyState>
        ) : (
          <PeopleRows people={people} onChange={(person, wanted) => setChanging({ person, change: wanted })} />
        )}
        <ShowMore list={list} />
      </Section>
      <ChangeDialog changing={changing} onClose={() => setChanging(null)} />
    </Page>
  );
}
