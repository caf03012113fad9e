import type { Announcement } from '@emberlab/contract';
import { Button, Group, Table, Text } from '@mantine/core';
import { IconPlus, IconSpeakerphone } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { allAnnouncementsQuery, keys } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { AnnouncementText } from './announcement-bars.tsx';
import { AnnouncementDialog, type Writing } from './announcement-dialog.tsx';

const states = {
  planned: { tone: 'wait', label: 'Planned' },
  shown: { tone: 'ok', label: 'Shown' },
  over: { tone: 'off', label: 'Over' },
} as const;

/** What administrators have to say to everybody: written, changed and ended here. */
export function AnnouncementsPage() {
  const client = useQueryClient();
  const list = useQuery(allAnnouncementsQuery);
  const [writing, setWriting] = useState<Writing>(null);
  const end = useMutation({
    mutationFn: (id: string) => api.call('announcements.end', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.announcements }),
  });
  return (
    <Page
      title="Announcements"
      description="Shown to everybody who is logged in, as a bar on every page; at once on pages that are open."
      actions={
        <Button variant="filled" leftSection={<IconPlus size={16} />} onClick={() => setWriting('new')}>
          Write one
        </Button>
      }
    >
      <ActionError error={end.error} title="The announcement was not ended" />
      <Section title="All announcements" flush>
        {list.isPending ? (
          <RowsSkeleton rows={2} />
        ) : list.data === undefined ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.data.items.length === 0 ? (
          <EmptyState icon={<IconSpeakerphone size={30} />} title="Nothing has been announced">
            Write one before you stop the platform for a while, so that people save their work.
          </EmptyState>
        ) : (
          <Rows items={list.data.items} onChange={setWriting} onEnd={end.mutate} />
        )}
      </Section>
      <AnnouncementDialog writing={writing} onClose={() => setWriting(null)} />
    </Page>
  );
}

function Rows({
  items,
  onChange,
  onEnd,
}: {
  items: Announcement[];
  onChange: (announcement: Announcement) => void;
  onEnd: (id: string) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['Text', 'State', 'Level', 'From', 'Until']} />
      <Table.Tbody>
        {items.map((each) => (
          <Table.Tr key={each.id}>
            <Table.Td className={rowClasses.lead}>
              <div>
                <AnnouncementText text={each.text} />
                <Text size="xs" c="dimmed" className="el-break">
                  by {each.author ?? 'an account that is gone'}
                </Text>
              </div>
            </Table.Td>
            <Table.Td data-label="State">
              <StateBadge {...states[each.state]} />
            </Table.Td>
            <Table.Td data-label="Level">
              <Text size="sm">
                {each.level === 'warning' ? 'Warning' : 'Information'}
                {each.atLogin && ', also at login'}
              </Text>
            </Table.Td>
            <Table.Td data-label="From" className={rowClasses.short}>
              <RelativeTime at={each.from} />
            </Table.Td>
            <Table.Td data-label="Until" className={rowClasses.short}>
              {each.until === null ? 'open end' : <RelativeTime at={each.until} />}
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Group gap={6} wrap="nowrap" display="inline-flex">
                <Button
                  size="compact-sm"
                  onClick={() => onChange(each)}
                  aria-label={`Change: ${each.text.slice(0, 40)}`}
                >
                  {each.state === 'over' ? 'Announce again' : 'Change'}
                </Button>
                {each.state !== 'over' && (
                  <Button
                    size="compact-sm"
                    onClick={() => onEnd(each.id)}
                    aria-label={`End: ${each.text.slice(0, 40)}`}
                  >
                    End
                  </Button>
                )}
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}
