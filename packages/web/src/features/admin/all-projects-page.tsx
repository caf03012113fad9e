import { projectSorts, type ProjectOverview, type ProjectSort } from '@emberlab/contract';
import { Button, Group, Paper, SegmentedControl, Select, Stack, Table, Text } from '@mantine/core';
import { IconFolders } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { oneOf } from '../../lib/read-search.ts';
import { formatBytes } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { sortedColumns } from '../../ui/sort-button.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { projectShows, type AllProjectsSearch } from './all-projects-search.ts';
import { MoreOf, useGrowing } from './growing-list.tsx';
import { allProjectsQuery } from './queries.ts';
import { countRunning, spellRunning } from './running-kinds.ts';
import { StopAllDialog } from './stop-dialogs.tsx';
import { useAdminLive } from './use-admin-live.ts';

const route = getRouteApi('/user/frame/admin/projects');
const showLabels = { all: 'All', active: 'In use', archived: 'Archived' } as const;
const sortLabels: Readonly<Record<ProjectSort, string>> = {
  name: 'Project',
  members: 'Members',
  running: 'Running',
  memory: 'Memory',
  cores: 'Cores',
  used: 'Last used',
};

/** All projects of the platform, whoever their members are. */
export function AllProjectsPage() {
  useAdminLive();
  const search = route.useSearch();
  const growing = useGrowing(search);
  const projects = useQuery(allProjectsQuery(search, growing.limit));
  const navigate = route.useNavigate();
  const change = (next: AllProjectsSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const [stopping, setStopping] = useState<ProjectOverview | null>(null);
  const isPlain = (search.q ?? '').trim() === '' && (search.show ?? 'all') === 'all';
  return (
    <Page title="All projects" description="Whoever their members are. What is in a project is for its members alone.">
      <Filters search={search} onChange={change} />
      <Paper style={{ overflow: 'hidden' }}>
        {projects.isPending ? (
          <RowsSkeleton rows={5} />
        ) : projects.data === undefined ? (
          <ErrorState error={projects.error} onRetry={() => void projects.refetch()} />
        ) : projects.data.total === 0 ? (
          <EmptyState icon={<IconFolders size={30} />} title={isPlain ? 'No projects yet' : 'No project matches'}>
            {isPlain ? 'Everybody can make one on their first page.' : 'Please change the search or choose All.'}
          </EmptyState>
        ) : (
          <>
            <ProjectRows projects={projects.data.items} search={search} onChange={change} onStop={setStopping} />
            <MoreOf
              shown={projects.data.items.length}
              total={projects.data.total}
              growing={growing}
              isFetching={projects.isPlaceholderData}
            />
          </>
        )}
      </Paper>
      <StopAllDialog
        of={stopping === null ? null : { project: stopping.name }}
        sum={stopping?.running ?? { kinds: {}, memoryMb: 0, cores: 0 }}
        onClose={() => setStopping(null)}
      />
    </Page>
  );
}

function Filters({ search, onChange }: { search: AllProjectsSearch; onChange: (change: AllProjectsSearch) => void }) {
  return (
    <Group gap="sm">
      <SearchField
        label="Search projects"
        placeholder="Project or owner"
        value={search.q}
        onChange={(q) => onChange({ q })}
      />
      <SegmentedControl
        size="sm"
        aria-label="Which projects"
        data={projectShows.map((value) => ({ value, label: showLabels[value] }))}
        value={search.show ?? 'all'}
        onChange={(value) => onChange({ show: value === 'all' ? undefined : oneOf(projectShows, value) })}
      />
      {/* Where rows are cards there are no headings to press. */}
      <Select
        hiddenFrom="lg"
        w={170}
        aria-label="Sort by"
        data={projectSorts.map((value) => ({ value, label: `By ${sortLabels[value].toLowerCase()}` }))}
        value={search.sort ?? 'used'}
        onChange={(value) => onChange({ sort: oneOf(projectSorts, value), reverse: undefined })}
        allowDeselect={false}
      />
    </Group>
  );
}

function ProjectRows({
  projects,
  search,
  onChange,
  onStop,
}: {
  projects: readonly ProjectOverview[];
  search: AllProjectsSearch;
  onChange: (change: AllProjectsSearch) => void;
  onStop: (project: ProjectOverview) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={sortedColumns(sortLabels, 'used', search, onChange)} />
      <Table.Tbody>
        {projects.map((each) => (
          <ProjectRow key={each.name} project={each} onStop={onStop} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function ProjectRow({ project, onStop }: { project: ProjectOverview; onStop: (project: ProjectOverview) => void }) {
  const { running } = project;
  const runs = countRunning(running) > 0;
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0} align="flex-start">
          <Text size="sm" fw={500} className="el-break">
            {project.label}
          </Text>
          <Text size="xs" c="dimmed" className="el-break">
            {[project.name, ...project.owners].join(' · ')}
          </Text>
          {project.state !== 'active' && (
            <StateBadge tone="off" label={project.state === 'archived' ? 'Archived' : 'Being deleted'} />
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Members" className="el-tabular">
        {project.members}
      </Table.Td>
      <Table.Td data-label="Running" data-none={!runs}>
        {runs ? (
          <AnchorLink to="/admin/running" search={{ project: project.name }} size="sm">
            {spellRunning(running)}
          </AnchorLink>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td data-label="Memory" className={`${rowClasses.short} el-tabular`} data-none={!runs}>
        {runs ? formatBytes(running.memoryMb * 1024 ** 2) : '–'}
      </Table.Td>
      <Table.Td data-label="Cores" className="el-tabular" data-none={!runs}>
        {runs ? running.cores.toFixed(1) : '–'}
      </Table.Td>
      <Table.Td data-label="Last used" className={rowClasses.short}>
        <RelativeTime at={project.lastActivityAt} />
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        {runs && (
          <Button size="compact-sm" onClick={() => onStop(project)} aria-label={`Stop all of ${project.label}`}>
            Stop all
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
