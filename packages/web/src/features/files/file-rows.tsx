import type { ProjectEntry } from '@emberlab/contract';
import { Anchor, Checkbox, Group, Stack, Table, Text } from '@mantine/core';
import {
  IconFile,
  IconFileUnknown,
  IconFolder,
  IconNotebook,
  IconPhoto,
  IconTable,
  type Icon,
} from '@tabler/icons-react';
import { memo } from 'react';
import { formatBytes } from '../../lib/units.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { sortedColumns, type Sorting } from '../../ui/sort-button.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { FileMenu, type FileAction } from './file-menu.tsx';
import { aboveOf, type FileSearch } from './file-search.ts';
import { nameShown } from './folder-path.tsx';
import { kindOf, type FileKind } from './preview/kinds.ts';

const labels = { name: 'Name', size: 'Size', changed: 'Changed' } as const;
const icons: Readonly<Record<FileKind, Icon>> = {
  notebook: IconNotebook,
  image: IconPhoto,
  csv: IconTable,
  parquet: IconTable,
  text: IconFile,
};

/** What is in a folder, as a table. */
export function FileRows({
  entries,
  search,
  below,
  selected,
  onSort,
  onSelect,
  onSelectAll,
  onAction,
}: {
  entries: readonly ProjectEntry[];
  search: FileSearch;
  /** the folder from which on it is said where each lies; null: all lie in the one that is shown */
  below: string | null;
  selected: ReadonlySet<string>;
  onSort: (next: Sorting<keyof typeof labels>) => void;
  onSelect: (path: string, on: boolean) => void;
  onSelectAll: (on: boolean) => void;
  onAction: (action: FileAction, entry: ProjectEntry) => void;
}) {
  const changes = mayRun(useProject());
  const all = entries.length > 0 && entries.every(({ path }) => selected.has(path));
  const check = (
    <Checkbox
      size="xs"
      aria-label="Select all that are shown"
      checked={all}
      indeterminate={!all && selected.size > 0}
      onChange={(event) => onSelectAll(event.currentTarget.checked)}
    />
  );
  return (
    <RowsTable aria-label="Files and folders">
      <RowsHead
        columns={sortedColumns(labels, 'name', search, onSort).map(([key, heading]) =>
          key === 'name' && changes
            ? ([
                key,
                <Group key={key} gap={12} wrap="nowrap">
                  {check}
                  {heading}
                </Group>,
              ] as const)
            : ([key, heading] as const),
        )}
      />
      <Table.Tbody>
        {entries.map((entry) => (
          <Row
            key={entry.path}
            entry={entry}
            hidden={search.hidden}
            below={below}
            changes={changes}
            checked={selected.has(entry.path)}
            onSelect={onSelect}
            onAction={onAction}
          />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

/** Kept as it is while nothing of it changes: a folder has many. */
const Row = memo(function FileRow({
  entry,
  hidden,
  below,
  changes,
  checked,
  onSelect,
  onAction,
}: {
  entry: ProjectEntry;
  hidden: true | undefined;
  below: string | null;
  changes: boolean;
  checked: boolean;
  onSelect: (path: string, on: boolean) => void;
  onAction: (action: FileAction, entry: ProjectEntry) => void;
}) {
  const { name: project } = useProject();
  const { name, path, type, size, changedAt } = entry;
  const shown = nameShown(name);
  const Icon = type === 'folder' ? IconFolder : type === 'other' ? IconFileUnknown : icons[kindOf(name)];
  return (
    <Table.Tr data-selected={checked || undefined}>
      <Table.Td className={rowClasses.lead}>
        <Group gap={8} wrap="nowrap">
          {changes && (
            <Checkbox
              size="xs"
              mr={4}
              aria-label={`Select ${shown}`}
              checked={checked}
              onChange={(event) => onSelect(path, event.currentTarget.checked)}
            />
          )}
          <Icon size={17} aria-hidden="true" style={{ flex: 'none' }} />
          <Stack gap={0} miw={0} align="flex-start">
            {type === 'folder' ? (
              <AnchorLink
                to="/projects/$project/files"
                params={{ project }}
                search={{ path, hidden }}
                size="sm"
                fw={500}
                c="inherit"
                className="el-break"
              >
                {shown}
              </AnchorLink>
            ) : type === 'file' ? (
              <Anchor
                component="button"
                type="button"
                size="sm"
                ta="left"
                c="inherit"
                className="el-break"
                onClick={() => onAction('show', entry)}
              >
                {shown}
              </Anchor>
            ) : (
              <span className="el-break">{shown}</span>
            )}
            {below !== null && <Whereabouts entry={entry} below={below} />}
          </Stack>
        </Group>
      </Table.Td>
      <Table.Td data-label="Size" data-none={size === null} className={`${rowClasses.short} el-tabular`}>
        {size === null ? '' : formatBytes(size)}
      </Table.Td>
      <Table.Td data-label="Changed" className={rowClasses.short}>
        <RelativeTime at={changedAt} />
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        <FileMenu entry={entry} changes={changes} onAction={onAction} />
      </Table.Td>
    </Table.Tr>
  );
});

/** The folder in which something lies that was found further down. */
function Whereabouts({ entry: { path }, below }: { entry: ProjectEntry; below: string }) {
  const { name: project } = useProject();
  const folder = aboveOf(path);
  if (folder === below) return null;
  return (
    <Text size="xs" c="dimmed" className="el-break">
      in{' '}
      <AnchorLink to="/projects/$project/files" params={{ project }} search={{ path: folder }} size="xs" c="dimmed">
        {nameShown(below === '' ? folder : folder.slice(below.length + 1))}
      </AnchorLink>
    </Text>
  );
}
