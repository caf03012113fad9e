import type { Running, RunningSort } from '@emberlab/contract';
import { Button, Stack, Table, Text } from '@mantine/core';
import { showHidden } from '../../lib/show-hidden.ts';
import { formatBytes } from '../../lib/units.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { sortedColumns } from '../../ui/sort-button.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration } from '../../ui/times.tsx';
import { runningKindLooks, runningStateOf } from './running-kinds.ts';
import type { RunningSearch } from './running-search.ts';

export const sortLabels: Readonly<Record<RunningSort, string>> = {
  title: 'What',
  owner: 'Owner',
  project: 'Project',
  state: 'State',
  since: 'Age',
  memory: 'Memory',
  cores: 'Cores',
};

/** All that runs as a table. Owners and projects lead to what is theirs. */
export function RunningRows({
  items,
  search,
  onChange,
  onStop,
}: {
  items: readonly Running[];
  search: RunningSearch;
  onChange: (change: RunningSearch) => void;
  onStop: (one: Running) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={sortedColumns(sortLabels, 'memory', search, onChange)} />
      <Table.Tbody>
        {items.map((one) => (
          <RunningRow key={`${one.kind} ${one.id}`} one={one} onStop={onStop} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function RunningRow({ one, onStop }: { one: Running; onStop: (one: Running) => void }) {
  const { owner, project, use } = one;
  const { label } = runningKindLooks[one.kind];
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500} className="el-break">
            {showHidden(one.title)}
          </Text>
          <Text size="xs" c="dimmed" className="el-break">
            {label} · {one.id.slice(0, 12)}
            {one.profile !== null && ` · ${one.profile}`}
            {one.place !== null && ` · on ${one.place}`}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="Owner" data-none={owner === null}>
        {owner !== null && (
          <AnchorLink to="/admin/running" search={{ owner: owner.email }} size="sm" className="el-break">
            {owner.email}
          </AnchorLink>
        )}
      </Table.Td>
      <Table.Td data-label="Project">
        <AnchorLink to="/admin/running" search={{ project: project.name }} size="sm" className="el-break">
          {project.label}
        </AnchorLink>
      </Table.Td>
      <Table.Td data-label="State">
        <StateBadge {...runningStateOf(one)} />
      </Table.Td>
      <Table.Td data-label="Age" className={rowClasses.short}>
        <Duration from={one.since} to={null} coarse />
      </Table.Td>
      <Table.Td data-label="Memory" className={`${rowClasses.short} el-tabular`} data-none={use === null}>
        {use === null ? '–' : formatBytes(use.memoryMb * 1024 ** 2)}
      </Table.Td>
      <Table.Td data-label="Cores" className="el-tabular" data-none={use === null}>
        {use === null ? '–' : use.cores.toFixed(1)}
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        <Button
          size="compact-sm"
          disabled={one.phase === 'stopping'}
          onClick={() => onStop(one)}
          aria-label={`Stop ${showHidden(one.title)}`}
        >
          Stop
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
