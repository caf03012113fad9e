import type { BinnedFile } from '@emberlab/contract';
import { Button, Group, Paper, Table, Text } from '@mantine/core';
import { IconSearch, IconTrash } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { countOf, formatBytes } from '../../lib/units.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { mayManage, mayRun, useProject } from '../projects/project-context.ts';
import { nameShown } from './folder-path.tsx';
import { RulesButton } from './log-rule.tsx';
import { binQuery, fileRulesQuery } from './queries.ts';
import { useFileChange } from './use-file-change.ts';

const route = getRouteApi('/user/frame/projects/$project/files/bin');

/** What is about to go for good: all, or one. */
type Purge = 'all' | BinnedFile;

/** What was deleted: it can be put back, and counts until it is removed for good. */
export function BinPage() {
  const project = useProject();
  const rules = useQuery(fileRulesQuery(project.name));
  const search = route.useSearch();
  const bin = useInfiniteQuery({ ...binQuery(project.name, search.q), placeholderData: keepPreviousData });
  const navigate = route.useNavigate();
  const [purging, setPurging] = useState<Purge | null>(null);
  const changes = mayRun(project);
  const found = bin.data?.pages.flatMap(({ items }) => items) ?? [];
  const [first] = bin.data?.pages ?? [];
  const total = first?.total.items ?? 0;
  return (
    <Page
      title="Bin"
      tab={project.label}
      description={
        first === undefined ? undefined : (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {countOf(total, 'deleted item')}, {formatBytes(first.total.bytes)}. They count as files of the project,
              and go for good after {countOf(first.days, 'day')}.
            </Text>
            {rules.data !== undefined && mayManage(project) && <RulesButton rules={rules.data} />}
          </Group>
        )
      }
      actions={
        <>
          <ButtonLink to="/projects/$project/files" params={{ project: project.name }}>
            Files
          </ButtonLink>
          {changes && (
            <Button disabled={total === 0} onClick={() => setPurging('all')}>
              Empty the bin
            </Button>
          )}
        </>
      }
    >
      <Group>
        <SearchField
          label="Find in the bin"
          placeholder="Find in the bin"
          value={search.q}
          onChange={(q) => void navigate({ search: { q }, replace: true })}
        />
      </Group>
      <Paper style={{ overflow: 'hidden' }}>
        {bin.isPending ? (
          <RowsSkeleton rows={4} />
        ) : bin.isError && bin.data === undefined ? (
          <ErrorState error={bin.error} onRetry={() => void bin.refetch()} />
        ) : total === 0 ? (
          <EmptyState icon={<IconTrash size={32} />} title="The bin is empty">
            What is deleted on the page Files comes here. What is deleted in Jupyter or a terminal does not.
          </EmptyState>
        ) : found.length === 0 ? (
          <EmptyState icon={<IconSearch size={28} />} title="Nothing in the bin matches">
            Please change what is looked for.
          </EmptyState>
        ) : (
          <BinRows items={found} changes={changes} onPurge={setPurging} />
        )}
        <ShowMore list={bin} />
      </Paper>
      <PurgeDialog purge={purging} count={total} onClose={() => setPurging(null)} />
    </Page>
  );
}

function BinRows({
  items,
  changes,
  onPurge,
}: {
  items: readonly BinnedFile[];
  changes: boolean;
  onPurge: (item: BinnedFile) => void;
}) {
  const restore = useFileChange((project, id: string) => api.call('files.restore', { params: { project, id } }));
  return (
    <>
      <ActionError error={restore.error} title="Nothing was restored" />
      <RowsTable aria-label="Deleted files">
        <RowsHead columns={['Where it was', 'Size', 'Deleted', 'By', 'Goes']} actions={changes} />
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={item.id}>
              <Table.Td className={`${rowClasses.lead} el-break`}>
                {nameShown(item.path)}
                {item.type === 'folder' ? '/' : ''}
              </Table.Td>
              <Table.Td data-label="Size" data-none={item.size === null} className={`${rowClasses.short} el-tabular`}>
                {item.size === null ? '' : formatBytes(item.size)}
              </Table.Td>
              <Table.Td data-label="Deleted" className={rowClasses.short}>
                <RelativeTime at={item.deletedAt} />
              </Table.Td>
              <Table.Td data-label="By" data-none={item.deletedBy === null} className="el-break">
                {item.deletedBy}
              </Table.Td>
              <Table.Td data-label="Goes" className={rowClasses.short}>
                <RelativeTime at={item.goesAt} />
              </Table.Td>
              {changes && (
                <Table.Td className={rowClasses.actions}>
                  <Group gap={6} wrap="nowrap" display="inline-flex">
                    <Button
                      size="compact-sm"
                      loading={restore.isPending && restore.variables === item.id}
                      aria-label={`Restore ${nameShown(item.path)}`}
                      onClick={() => restore.mutate(item.id)}
                    >
                      Restore
                    </Button>
                    <Button
                      size="compact-sm"
                      aria-label={`Remove ${nameShown(item.path)} for good`}
                      onClick={() => onPurge(item)}
                    >
                      Remove
                    </Button>
                  </Group>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </RowsTable>
    </>
  );
}

function PurgeDialog({ purge, count, onClose }: { purge: Purge | null; count: number; onClose: () => void }) {
  const remove = useFileChange(
    (project, what: Purge) =>
      what === 'all'
        ? api.call('files.emptyBin', { params: { project } })
        : api.call('files.removeBinned', { params: { project, id: what.id } }),
    onClose,
  );
  return (
    <ConfirmDialog
      asking={purge}
      doing={remove}
      title="Remove for good?"
      action="Remove for good"
      failed="Not all was removed"
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        {purge === 'all'
          ? `All that is in the bin (${countOf(count, 'item')}) is removed, and cannot be restored then.`
          : purge !== null && `${nameShown(purge.path)} is removed, and cannot be restored then.`}
      </Text>
    </ConfirmDialog>
  );
}
