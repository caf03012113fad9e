import type { LimitDefaults, LimitedProject, LimitedUser } from '@emberlab/contract';
import { Group, SegmentedControl, Skeleton, Switch } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { limitDefaultsQuery, limitedProjectsQuery, limitedUsersQuery } from '../../lib/queries.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { DefaultsSection } from './defaults-section.tsx';
import { LimitedRows } from './limited-rows.tsx';
import { LimitsDialog, type Limited } from './limits-dialog.tsx';
import type { LimitsSearch } from './limits-search.ts';

const route = getRouteApi('/user/frame/admin/limits');
/** A search begins when nobody has typed for so long, ms. */
const typingMs = 250;

/** How much users and projects may have, and what they use of it. */
export function LimitsPage() {
  const defaults = useQuery(limitDefaultsQuery);
  return (
    <Page
      title="Limits"
      description="How much users and projects may have at a time. Lower limits end nothing that runs; they let nothing more start."
    >
      {defaults.isPending ? (
        <Skeleton height={120} radius="md" />
      ) : defaults.data === undefined ? (
        <ErrorState error={defaults.error} onRetry={() => void defaults.refetch()} />
      ) : (
        <>
          <DefaultsSection defaults={defaults.data} />
          <Limits defaults={defaults.data} />
        </>
      )}
    </Page>
  );
}

function Limits({ defaults }: { defaults: LimitDefaults }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [editing, setEditing] = useState<Limited | null>(null);
  const change = (next: LimitsSearch): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const ofUsers = search.of === 'users';
  const [asked] = useDebouncedValue({ search: search.q, own: search.own }, typingMs);
  return (
    <Section title={ofUsers ? 'Users' : 'Projects'} flush>
      <Group gap="sm" p="md" pb="xs">
        <SegmentedControl
          size="sm"
          aria-label="Whose limits"
          data={[
            { value: 'projects', label: 'Projects' },
            { value: 'users', label: 'Users' },
          ]}
          value={search.of ?? 'projects'}
          onChange={(value) => change({ of: value === 'users' ? 'users' : undefined })}
        />
        <SearchField
          label="Search"
          placeholder={ofUsers ? 'Search by name or e-mail' : 'Search by name or label'}
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <Switch
          label="Only with limits of their own"
          checked={search.own === '1'}
          onChange={(event) => change({ own: event.currentTarget.checked ? '1' : undefined })}
        />
      </Group>
      {ofUsers ? <Users asked={asked} onEdit={setEditing} /> : <Projects asked={asked} onEdit={setEditing} />}
      <LimitsDialog
        limited={editing}
        defaults={editing !== null && 'user' in editing ? defaults.user : defaults.project}
        onClose={() => setEditing(null)}
      />
    </Section>
  );
}

type ListProps = {
  asked: Parameters<typeof limitedUsersQuery>[0];
  onEdit: (limited: Limited) => void;
};

function Users({ asked, onEdit }: ListProps) {
  const list = useInfiniteQuery({ ...limitedUsersQuery(asked), placeholderData: keepPreviousData });
  return (
    <LimitedRows
      list={list}
      items={list.data?.pages.flatMap(({ items }) => items) ?? []}
      rowOf={(user: LimitedUser) => ({ id: user.id, name: user.email, label: user.name, limits: user.limits })}
      onEdit={(user) => onEdit({ user })}
    />
  );
}

function Projects({ asked, onEdit }: ListProps) {
  const list = useInfiniteQuery({ ...limitedProjectsQuery(asked), placeholderData: keepPreviousData });
  return (
    <LimitedRows
      list={list}
      items={list.data?.pages.flatMap(({ items }) => items) ?? []}
      rowOf={(project: LimitedProject) => project}
      onEdit={(project) => onEdit({ project })}
    />
  );
}
