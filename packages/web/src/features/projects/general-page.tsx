import { DataList, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { membersQuery } from '../../lib/queries.ts';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { rowClasses, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { DefaultsSection } from '../configurations/defaults-section.tsx';
import { LivySection } from './livy-section.tsx';
import { roleLabels } from './project-card.tsx';
import { useProject } from './project-context.ts';

const roleMeanings = {
  owner: 'manages the project’s libraries and settings',
  editor: 'runs Jupyter and Spark',
  viewer: 'reads',
} as const;

/** What the project is called and who is in it. */
export function GeneralPage() {
  const project = useProject();
  const members = useQuery(membersQuery(project.name));
  return (
    <Page title="General" tab={project.label}>
      <Section title="Project">
        <DataList orientation="horizontal" size="sm" labelWidth={120}>
          <DataList.Item>
            <DataList.ItemLabel>Label</DataList.ItemLabel>
            <DataList.ItemValue className="el-break">{project.label}</DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>Name</DataList.ItemLabel>
            <DataList.ItemValue>
              <CopyableId value={project.name} label="name" />
            </DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>Your role</DataList.ItemLabel>
            <DataList.ItemValue>
              {roleLabels[project.role]}: {roleMeanings[project.role]}
            </DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>Created</DataList.ItemLabel>
            <DataList.ItemValue>
              <RelativeTime at={project.createdAt} />
            </DataList.ItemValue>
          </DataList.Item>
        </DataList>
      </Section>
      <DefaultsSection />
      <LivySection />
      <Section title={`Members${members.data === undefined ? '' : ` (${members.data.items.length})`}`} flush>
        {members.isPending ? (
          <RowsSkeleton rows={project.members} />
        ) : members.isError ? (
          <ErrorState error={members.error} onRetry={() => void members.refetch()} />
        ) : (
          <RowsTable>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>E-mail</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Member since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {members.data.items.map((member) => (
                <Table.Tr key={member.userId}>
                  <Table.Td className={rowClasses.lead}>
                    <Text size="sm" fw={500} className="el-break">
                      {member.name}
                    </Text>
                  </Table.Td>
                  <Table.Td data-label="E-mail" className="el-break">
                    {member.email}
                  </Table.Td>
                  <Table.Td data-label="Role">{roleLabels[member.role]}</Table.Td>
                  <Table.Td data-label="Member since">
                    <RelativeTime at={member.since} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </RowsTable>
        )}
      </Section>
    </Page>
  );
}
