import type { Library } from '@emberlab/contract';
import { Anchor, Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { memo } from 'react';
import { formatBytes } from '../../lib/units.ts';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { hasUpdate } from './library-search.ts';
import { listNames, sourceLabels, useLabels } from './texts.ts';
import { UpdateButton } from './update-button.tsx';

/** Libraries as a table; each name opens all that is known of it. */
export function LibraryRows({
  libraries,
  onOpen,
  onUninstall,
}: {
  libraries: readonly Library[];
  onOpen: (name: string) => void;
  onUninstall: (library: Library) => void;
}) {
  const manages = mayManage(useProject());
  return (
    <RowsTable>
      <RowsHead columns={['Library', 'Version', 'Why it is here', 'Needed by', 'From', 'Size']} actions={manages} />
      <Table.Tbody>
        {libraries.map((library) => (
          <Row key={library.name} library={library} manages={manages} onOpen={onOpen} onUninstall={onUninstall} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

/** Kept as it is while nothing of it changes: the page is drawn anew with each step of a change. */
const Row = memo(function LibraryRow({
  library,
  manages,
  onOpen,
  onUninstall,
}: {
  library: Library;
  manages: boolean;
  onOpen: (name: string) => void;
  onUninstall: (library: Library) => void;
}) {
  const { name, version, latest, summary, source, usedBy, bytes } = library;
  const newer = hasUpdate(library);
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Anchor
            component="button"
            type="button"
            size="sm"
            fw={500}
            ta="left"
            c="inherit"
            className="el-break"
            onClick={() => onOpen(name)}
          >
            {name}
          </Anchor>
          {summary !== null && (
            <Text size="xs" c="dimmed" lineClamp={1}>
              {summary}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Version" className="el-tabular">
        <Stack gap={0}>
          <span>{version}</span>
          {newer && (
            <Text span size="xs" c="dimmed">
              newest: {latest}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Why it is here" className="el-break">
        <Text size="sm">{reasonOf(library)}</Text>
      </Table.Td>
      <Table.Td data-label="Needed by" data-none={usedBy.length === 0}>
        {usedBy.length > 0 && (
          <Group gap={4}>
            {usedBy.map((use) => (
              <Badge key={use} variant="default" size="sm" tt="none" fw={500}>
                {useLabels[use]}
              </Badge>
            ))}
          </Group>
        )}
      </Table.Td>
      <Table.Td data-label="From" className={rowClasses.short}>
        {sourceLabels[source]}
      </Table.Td>
      <Table.Td data-label="Size" className={`${rowClasses.short} el-tabular`}>
        {formatBytes(bytes)}
      </Table.Td>
      {manages && (
        <Table.Td className={rowClasses.actions}>
          <Group gap={6} wrap="nowrap" display="inline-flex">
            {newer && <UpdateButton name={name} />}
            {source !== 'platform' && (
              <Button size="compact-sm" onClick={() => onUninstall(library)} aria-label={`Uninstall ${name}`}>
                Uninstall
              </Button>
            )}
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
});

/** `asked for: numpy>=2`, or who pulled it in. */
function reasonOf({ name, requested, requirement, neededBy, source }: Library): string {
  if (source === 'platform') return 'part of Emberlab';
  if (requested) return requirement === null || requirement === name ? 'asked for' : `asked for: ${requirement}`;
  return neededBy.length === 0 ? 'nothing needs it' : `for ${listNames(neededBy)}`;
}
