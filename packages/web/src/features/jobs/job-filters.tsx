import { executionStates, jobTypeLabels, jobTypes } from '@emberlab/contract';
import { Group, Select, Switch, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { showHidden } from '../../lib/show-hidden.ts';
import { authQuery, membersQuery } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';
import type { JobSearch } from './job-search.ts';
import { runStates } from './run-state.ts';

const types = jobTypes.map((value) => ({ value, label: jobTypeLabels[value] }));
const states = executionStates.map((value) => ({ value, label: runStates[value].label }));

/** Which jobs the list shows. */
export function JobFilters({ search, onChange }: { search: JobSearch; onChange: (change: JobSearch) => void }) {
  const { name: project } = useProject();
  const me = useQuery(authQuery).data?.user?.email;
  const members = useQuery(membersQuery(project)).data?.items ?? [];
  const others = members.filter(({ email }) => email !== me);
  const chosen = search.owner;
  // Whoever has left the project may still be in an address.
  const unknown = chosen !== undefined && chosen !== 'me' && !others.some(({ email }) => email === chosen);
  return (
    <Group gap="sm">
      <TextInput
        flex="1 1 12rem"
        maw={300}
        aria-label="Search jobs"
        placeholder="Search by name"
        leftSection={<IconSearch size={16} />}
        value={search.q ?? ''}
        onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
      />
      <Select
        w={130}
        aria-label="Type"
        placeholder="Any type"
        data={types}
        value={search.type ?? null}
        onChange={(value) => onChange({ type: jobTypes.find((type) => type === value) })}
        clearable
      />
      <Select
        w={150}
        aria-label="State of the last run"
        placeholder="Any state"
        data={states}
        value={search.state ?? null}
        onChange={(value) => onChange({ state: executionStates.find((state) => state === value) })}
        clearable
      />
      <Select
        w={160}
        aria-label="Owner"
        placeholder="Any owner"
        data={[
          { value: 'me', label: 'Mine' },
          ...others.map(({ email, name }) => ({ value: email, label: showHidden(name) })),
          ...(unknown ? [{ value: chosen, label: showHidden(chosen) }] : []),
        ]}
        value={chosen ?? null}
        onChange={(value) => onChange({ owner: value ?? undefined })}
        clearable
      />
      <Switch
        label="Running now"
        checked={search.running === true}
        onChange={(event) => onChange({ running: event.currentTarget.checked || undefined })}
      />
    </Group>
  );
}
