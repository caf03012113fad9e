import { Button, Group, Paper, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDownload, IconHistory, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { AuditRows } from './audit-rows.tsx';
import { areas } from './audit-areas.ts';
import { outcomes, type AuditSearch } from './audit-search.ts';
import { auditEventsQuery, exportAddress } from './queries.ts';

/** A search begins when nobody has typed for so long, ms. */
const typingMs = 250;
const outcomeLabels = { all: 'All', done: 'Done', refused: 'Refused', failed: 'Failed' } as const;

/** Saves what the page shows, all of it. */
export function ExportButton({ project, search }: { project: string | null; search: AuditSearch }) {
  return (
    <Button component="a" href={exportAddress(project, search)} download leftSection={<IconDownload size={16} />}>
      Export as JSON lines
    </Button>
  );
}

/** The audit log with its filters: of one project, or of all (null). */
export function AuditLog({
  project,
  search,
  onChange,
}: {
  project: string | null;
  search: AuditSearch;
  onChange: (change: AuditSearch) => void;
}) {
  const [asked] = useDebouncedValue(search, typingMs);
  const list = useInfiniteQuery({ ...auditEventsQuery(project, asked), placeholderData: keepPreviousData });
  const events = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = Object.values(asked).some((value) => value !== undefined);
  return (
    <>
      <Filters search={search} onChange={onChange} />
      <Paper style={{ overflow: 'hidden' }}>
        {list.isPending ? (
          <RowsSkeleton rows={8} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : events.length === 0 && filtered ? (
          <EmptyState icon={<IconSearch size={28} />} title="No event matches">
            Please change the search or the filters.
          </EmptyState>
        ) : events.length === 0 ? (
          <EmptyState icon={<IconHistory size={30} />} title="Nothing has happened yet">
            What people start, stop, change and open is written down here, with what was refused.
          </EmptyState>
        ) : (
          <AuditRows events={events} withProject={project === null} />
        )}
        <ShowMore list={list} />
      </Paper>
    </>
  );
}

function Filters({ search, onChange }: { search: AuditSearch; onChange: (change: AuditSearch) => void }) {
  return (
    <Group gap="sm" align="flex-end">
      <SearchField
        labelled
        label="Search"
        placeholder="Person, target, address, request id"
        value={search.q}
        onChange={(q) => onChange({ q })}
      />
      <Select
        w={160}
        label="About"
        placeholder="Everything"
        data={areas}
        value={search.action ?? null}
        onChange={(value) => onChange({ action: value ?? undefined })}
        clearable
        searchable
      />
      <Group gap="sm" wrap="nowrap">
        <TextInput
          type="date"
          w={150}
          label="From"
          value={search.from ?? ''}
          onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          w={150}
          label="Until"
          value={search.until ?? ''}
          onChange={(event) => onChange({ until: event.currentTarget.value || undefined })}
        />
      </Group>
      <SegmentedControl
        size="sm"
        aria-label="Which outcomes"
        data={(['all', ...outcomes] as const).map((value) => ({ value, label: outcomeLabels[value] }))}
        value={search.outcome ?? 'all'}
        onChange={(value) => onChange({ outcome: outcomes.find((each) => each === value) })}
      />
    </Group>
  );
}
