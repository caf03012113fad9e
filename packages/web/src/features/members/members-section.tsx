import type { Member } from '@emberlab/contract';
import { Button, Group, Select, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { membersQuery } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { roleLabels } from '../projects/project-card.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { roleFilters } from '../projects/project-search.ts';
import { MemberRows } from './member-rows.tsx';
import { applyMemberSearch, type MemberSearch, type MemberSortKey } from './member-search.ts';
import { RemoveMemberDialog } from './remove-member-dialog.tsx';

const route = getRouteApi('/user/frame/projects/$project/settings/members');
/** Rows that are shown at once: a thousand of them take the page its breath. */
const atOnce = 50;
const sortLabels: Readonly<Record<MemberSortKey, string>> = { name: 'by name', role: 'by role', since: 'newest first' };

/** The members, with search and filters that stand in the address. */
export function MembersSection() {
  const project = useProject();
  const members = useQuery(membersQuery(project.name));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [shownRows, setShownRows] = useState(atOnce);
  const [removing, setRemoving] = useState<Member | null>(null);
  const change = (next: MemberSearch): void => {
    setShownRows(atOnce);
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  };
  const all = members.data?.items ?? [];
  const found = applyMemberSearch(all, search);
  return (
    <Section title={members.data === undefined ? 'Members' : `Members (${all.length})`} flush>
      {members.isPending ? (
        <RowsSkeleton rows={Math.min(project.members, 5)} />
      ) : members.isError && members.data === undefined ? (
        <ErrorState error={members.error} onRetry={() => void members.refetch()} />
      ) : (
        <>
          <Group gap="sm" p="md" pb="xs">
            <SearchField
              label="Search members"
              placeholder="Search by name or e-mail"
              value={search.q}
              onChange={(q) => change({ q })}
            />
            <Select
              w={130}
              aria-label="Role"
              allowDeselect={false}
              data={[
                { value: 'all', label: 'All roles' },
                ...roleFilters.map((value) => ({ value, label: roleLabels[value] })),
              ]}
              value={search.role ?? 'all'}
              onChange={(value) => change({ role: roleFilters.find((role) => role === value) })}
            />
            <Select
              w={140}
              aria-label="Sort"
              allowDeselect={false}
              data={Object.entries(sortLabels).map(([value, label]) => ({ value, label }))}
              value={search.sort ?? 'name'}
              onChange={(value) => change({ sort: value === 'role' || value === 'since' ? value : undefined })}
            />
          </Group>
          {found.length === 0 ? (
            <EmptyState icon={<IconUsers size={30} />} title="Nobody matches">
              Please change the search or choose All roles.
            </EmptyState>
          ) : (
            <MemberRows members={found.slice(0, shownRows)} onRemove={setRemoving} />
          )}
          {all.length === 1 && found.length === 1 && (
            <EmptyState icon={<IconUsers size={30} />} title="Nobody else is here yet">
              Members share the files, libraries, notebooks and jobs of the project.{' '}
              {mayManage(project)
                ? 'Press Add members: who has an account is in at once, others get an invitation.'
                : 'An owner adds them here.'}
            </EmptyState>
          )}
          {found.length > shownRows && (
            <Group justify="center" p="sm" gap="sm">
              <Text size="sm" c="dimmed">
                {shownRows} of {found.length}
              </Text>
              <Button size="xs" onClick={() => setShownRows(shownRows + 4 * atOnce)}>
                Show more
              </Button>
            </Group>
          )}
        </>
      )}
      <RemoveMemberDialog member={removing} onClose={() => setRemoving(null)} />
    </Section>
  );
}
