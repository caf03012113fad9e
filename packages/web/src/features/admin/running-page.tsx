import { runningGroupNames, runningSorts, type Running, type RunningSum } from '@emberlab/contract';
import { Button, Group, Paper, SegmentedControl, Select, Text } from '@mantine/core';
import { IconMoodEmpty, IconPlayerStop, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { oneOf } from '../../lib/read-search.ts';
import { formatBytes } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { MoreOf, useGrowing } from './growing-list.tsx';
import { runningQuery } from './queries.ts';
import { countRunning, spellRunning } from './running-kinds.ts';
import { RunningRows, sortLabels } from './running-rows.tsx';
import type { RunningSearch } from './running-search.ts';
import { StopAllDialog, StopDialog, type AllOf } from './stop-dialogs.tsx';
import { useAdminLive } from './use-admin-live.ts';

const route = getRouteApi('/user/frame/admin/running');
const groupLabels = { all: 'All', jupyter: 'Jupyter', spark: 'Spark', builds: 'Builds' } as const;

/** All that runs on the platform, for whomever, and what it takes. */
export function RunningPage() {
  useAdminLive();
  const search = route.useSearch();
  const growing = useGrowing(search);
  const running = useQuery(runningQuery(search, growing.limit));
  const navigate = route.useNavigate();
  const change = (next: RunningSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const [stopping, setStopping] = useState<Running | null>(null);
  return (
    <Page title="Running" description="All that runs for people, live, with what it takes of this machine.">
      <Filters search={search} onChange={change} />
      {running.data !== undefined && <WhoseBar sum={running.data.whose} search={search} onClear={change} />}
      <Paper style={{ overflow: 'hidden' }}>
        {running.isPending ? (
          <RowsSkeleton rows={5} />
        ) : running.data === undefined ? (
          <ErrorState error={running.error} onRetry={() => void running.refetch()} />
        ) : running.data.total === 0 && isPlain(search) ? (
          <EmptyState icon={<IconMoodEmpty size={30} />} title="Nothing runs">
            Jupyter servers, Spark applications and builds of environments are here while they run.
          </EmptyState>
        ) : running.data.total === 0 ? (
          <EmptyState icon={<IconSearch size={28} />} title="Nothing matches">
            Please change the search or the filters.
          </EmptyState>
        ) : (
          <>
            <RunningRows items={running.data.items} search={search} onChange={change} onStop={setStopping} />
            <MoreOf
              shown={running.data.items.length}
              total={running.data.total}
              growing={growing}
              isFetching={running.isPlaceholderData}
            />
          </>
        )}
      </Paper>
      <StopDialog one={stopping} onClose={() => setStopping(null)} />
    </Page>
  );
}

function Filters({ search, onChange }: { search: RunningSearch; onChange: (change: RunningSearch) => void }) {
  return (
    <Group gap="sm">
      <SearchField
        label="Search what runs"
        placeholder="Name, person, project, id"
        value={search.q}
        onChange={(q) => onChange({ q })}
      />
      <SegmentedControl
        size="sm"
        aria-label="Which kinds"
        data={(['all', ...runningGroupNames] as const).map((value) => ({ value, label: groupLabels[value] }))}
        value={search.kind ?? 'all'}
        onChange={(value) => onChange({ kind: oneOf(runningGroupNames, value) })}
      />
      {/* Where rows are cards there are no headings to press. */}
      <Select
        hiddenFrom="lg"
        w={160}
        aria-label="Sort by"
        data={runningSorts.map((value) => ({ value, label: `By ${sortLabels[value].toLowerCase()}` }))}
        value={search.sort ?? 'memory'}
        onChange={(value) => onChange({ sort: oneOf(runningSorts, value), reverse: undefined })}
        allowDeselect={false}
      />
    </Group>
  );
}

/** Whether nothing is left out by what was asked for. */
const isPlain = ({ q = '', kind, owner, project }: RunningSearch): boolean =>
  q.trim() === '' && kind === undefined && owner === undefined && project === undefined;

/** Where the list is of one person or project: what it has together, and the way to stop all of it. */
function WhoseBar({
  sum,
  search: { owner, project },
  onClear,
}: {
  sum: RunningSum;
  search: RunningSearch;
  onClear: (change: RunningSearch) => void;
}) {
  const [stoppingAll, setStoppingAll] = useState<AllOf | null>(null);
  if (owner === undefined && project === undefined) return null;
  // Both at once narrow the list; all is stopped of one or the other.
  const of: AllOf | null =
    owner === undefined ? { project: project ?? '' } : project === undefined ? { user: owner } : null;
  const { memoryMb, cores } = sum;
  const runs = countRunning(sum) > 0;
  return (
    <Paper p="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="el-break">
          Of <b>{[owner, project].filter((name) => name !== undefined).join(' in ')}</b>:{' '}
          {runs ? `${spellRunning(sum)}; ${formatBytes(memoryMb * 1024 ** 2)}, ${cores} cores busy.` : 'nothing runs.'}
        </Text>
        <Group gap="xs">
          <Button size="compact-sm" onClick={() => onClear({ owner: undefined, project: undefined })}>
            Show everybody’s
          </Button>
          {of !== null && runs && (
            <Button
              size="compact-sm"
              leftSection={<IconPlayerStop size={14} />}
              onClick={() => setStoppingAll(of)}
            >{`Stop all of ${owner ?? project}`}</Button>
          )}
        </Group>
      </Group>
      <StopAllDialog of={stoppingAll} sum={sum} onClose={() => setStoppingAll(null)} />
    </Paper>
  );
}
