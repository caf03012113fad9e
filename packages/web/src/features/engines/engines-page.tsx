import type { Engine } from '@emberlab/contract';
import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { ProfilesSection } from './profiles-section.tsx';
import { spellCapacity } from './capacity-words.ts';
import { EngineProjectsDialog } from './engine-projects-dialog.tsx';
import { spellProjects } from './projects-words.ts';
import { enginesQuery } from './queries.ts';

/** What Spark applications run on, and which projects may use which. */
export function EnginesPage() {
  const list = useQuery(enginesQuery);
  const [editing, setEditing] = useState<Engine | null>(null);
  return (
    <Page
      title="Engines"
      description="Where Spark applications run. The settings say which there are; here you say which projects may use which."
    >
      <Section title="All engines" flush>
        {list.isPending ? (
          <RowsSkeleton rows={2} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Rows engines={list.data.items} onEdit={setEditing} />
        )}
      </Section>
      <ProfilesSection />
      <EngineProjectsDialog engine={editing} onClose={() => setEditing(null)} />
    </Page>
  );
}

function Rows({ engines, onEdit }: { engines: readonly Engine[]; onEdit: (engine: Engine) => void }) {
  return (
    <RowsTable>
      <RowsHead columns={['Engine', 'Master', 'Now', 'Projects']} />
      <Table.Tbody>
        {engines.map((engine) => (
          <Table.Tr key={engine.name}>
            <Table.Td className={rowClasses.lead}>
              <div>
                <Group gap={6}>
                  <Text size="sm" fw={500} className="el-break">
                    {engine.label}
                  </Text>
                  {engine.isDefault && (
                    <Badge size="sm" variant="default" tt="none">
                      default
                    </Badge>
                  )}
                </Group>
                <Text size="xs" c="dimmed" className="el-break">
                  {engine.name}
                </Text>
              </div>
            </Table.Td>
            <Table.Td data-label="Master">
              <Text size="sm" ff="monospace" className="el-break">
                {engine.master}
              </Text>
            </Table.Td>
            <Table.Td data-label="Now">
              <Now engine={engine} />
            </Table.Td>
            <Table.Td data-label="Projects">
              <Text size="sm" className="el-break">
                {spellProjects(engine)}
              </Text>
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Button
                size="compact-sm"
                aria-label={`Change who may use ${engine.label}`}
                onClick={() => onEdit(engine)}
              >
                Change
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function Now({ engine: { type, capacity } }: { engine: Engine }) {
  if (type === 'local') return <StateBadge tone="ok" label="Runs drivers and their tasks" />;
  if (capacity === null) {
    return (
      <Text size="sm" c="dimmed">
        not known: the settings name no page of its master
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      <StateBadge
        tone={capacity.problem === null ? 'ok' : 'bad'}
        label={capacity.problem === null ? 'Answers' : 'Needs a look'}
      />
      <Text size="xs" c="dimmed" className="el-break">
        {capacity.problem ?? spellCapacity(capacity)}
      </Text>
    </Stack>
  );
}
