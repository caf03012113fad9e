import type { SettingInEffect } from '@emberlab/contract';
import { Code, Group, Paper, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { rowClasses, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { settingsQuery } from './queries.ts';
import type { SettingsSearch } from './settings-search.ts';

const route = getRouteApi('/user/frame/admin/settings');

/** Every setting as it counts now. They are changed where they were given, and read at the next start. */
export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: SettingsSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const shown = (settings.data?.items ?? []).filter(matches(search));
  return (
    <Page
      title="Settings"
      description={
        <>
          As they count now, to be read. They are changed in <Code>{settings.data?.file ?? 'emberlab.toml'}</Code> or in
          the environment, and count from the next start.
        </>
      }
    >
      <Group gap="sm">
        <SearchField
          label="Search settings"
          placeholder="Name or meaning"
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <SegmentedControl
          size="sm"
          aria-label="Which settings"
          data={[
            { value: 'all', label: 'All' },
            { value: 'given', label: 'Given here' },
          ]}
          value={search.show ?? 'all'}
          onChange={(value) => change({ show: value === 'given' ? 'given' : undefined })}
        />
      </Group>
      <Paper style={{ overflow: 'hidden' }}>
        {settings.isPending ? (
          <RowsSkeleton rows={8} />
        ) : settings.data === undefined ? (
          <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
        ) : shown.length === 0 ? (
          <EmptyState icon={<IconSearch size={28} />} title="No setting matches">
            Please change the search or choose All.
          </EmptyState>
        ) : (
          <SettingRows settings={shown} />
        )}
      </Paper>
    </Page>
  );
}

const matches =
  ({ q = '', show }: SettingsSearch) =>
  ({ name, description, source }: SettingInEffect): boolean =>
    (show === undefined || source !== 'default') &&
    [name, `EMBERLAB_${name}`, description].some((text) => text.toLowerCase().includes(q.trim().toLowerCase()));

const sources: Readonly<Record<SettingInEffect['source'], string>> = {
  default: 'default',
  file: 'file',
  environment: 'environment',
  argument: 'option of ./start',
};

function SettingRows({ settings }: { settings: readonly SettingInEffect[] }) {
  return (
    <RowsTable>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Setting</Table.Th>
          <Table.Th>Value</Table.Th>
          <Table.Th>From</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {settings.map((setting) => (
          <Table.Tr key={setting.name}>
            <Table.Td className={rowClasses.lead}>
              <Stack gap={2} align="flex-start">
                <Code>{setting.name}</Code>
                <Text size="xs" c="dimmed" maw="44rem">
                  {setting.description}
                </Text>
              </Stack>
            </Table.Td>
            <Table.Td data-label="Value" className="el-break">
              <Value setting={setting} />
            </Table.Td>
            <Table.Td data-label="From" className={rowClasses.short}>
              <Text span size="sm" {...(setting.source === 'default' ? { c: 'dimmed' } : {})}>
                {sources[setting.source]}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function Value({ setting: { value, secret, source } }: { setting: SettingInEffect }) {
  if (value !== null && value !== '') return <Code>{value}</Code>;
  return (
    <Text span size="sm" c="dimmed">
      {secret && source !== 'default' ? 'set; not shown' : 'not set'}
    </Text>
  );
}
