import type { ServerProfile } from '@emberlab/contract';
import { Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { countOf, formatMegabytes } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { spellProjects } from './projects-words.ts';
import { profilesQuery } from './queries.ts';

/** What Jupyter servers may run in; nothing where the settings have no profiles. */
export function ProfilesSection() {
  const list = useQuery(profilesQuery);
  if (list.data === undefined) {
    return list.isError ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null;
  }
  if (list.data.items.length === 0) return null;
  return (
    <Section title="Profiles of Jupyter servers" flush>
      <RowsTable>
        <RowsHead columns={['Profile', 'Image', 'Gives', 'Configurations up to', 'Projects']} />
        <Table.Tbody>
          {list.data.items.map((profile) => (
            <ProfileRow key={profile.name} profile={profile} />
          ))}
        </Table.Tbody>
      </RowsTable>
    </Section>
  );
}

function ProfileRow({ profile }: { profile: ServerProfile }) {
  const { name, label, description, image, gives, most, isDefault, places } = profile;
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <div>
          <Group gap={6}>
            <Text size="sm" fw={500} className="el-break">
              {label}
            </Text>
            {isDefault && (
              <Badge size="sm" variant="default" tt="none">
                default
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" className="el-break">
            {description === null ? name : `${name} · ${description}`}
          </Text>
        </div>
      </Table.Td>
      <Table.Td data-label="Image">
        <Stack gap={0}>
          <Text size="sm" ff="monospace" className="el-break">
            {image}
          </Text>
          {places.length > 0 && (
            <Text size="xs" c="dimmed" className="el-break">
              {places.join(', ')}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td data-label="Gives">
        <Text size="sm">{spellShare(gives)}</Text>
      </Table.Td>
      <Table.Td data-label="Configurations up to">
        <Text size="sm">{spellShare(most)}</Text>
      </Table.Td>
      <Table.Td data-label="Projects">
        <Text size="sm" className="el-break">
          {spellProjects(profile)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

function spellShare({ memoryMb, cores }: ServerProfile['gives']): string {
  if (memoryMb === null && cores === null) return 'no limit';
  const memory = memoryMb === null ? 'all memory' : formatMegabytes(memoryMb);
  return `${memory} · ${cores === null ? 'all cores' : countOf(cores, 'core')}`;
}
