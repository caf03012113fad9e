import type { Person } from '@emberlab/contract';
import { ActionIcon, Badge, Group, Menu, Table, Text } from '@mantine/core';
import { IconDots, IconLockOpen, IconShield, IconShieldOff, IconUserOff, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { authQuery } from '../../lib/queries.ts';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import type { Change } from './change-dialog.tsx';

/** People, each with what can be done about their account. */
export function PeopleRows({
  people,
  onChange,
}: {
  people: readonly Person[];
  onChange: (person: Person, change: Change) => void;
}) {
  const own = useQuery(authQuery).data?.user?.id;
  return (
    <RowsTable>
      <RowsHead columns={['Name', 'State', 'Projects', 'Last seen', 'Account since']} />
      <Table.Tbody>
        {people.map((person) => (
          <Table.Tr key={person.id}>
            <Table.Td className={rowClasses.lead}>
              <div>
                <Group gap={6}>
                  <Text size="sm" fw={500} className="el-break">
                    {person.name}
                  </Text>
                  {person.admin && (
                    <Badge size="sm" variant="default" tt="none">
                      administrator
                    </Badge>
                  )}
                  {person.id === own && (
                    <Badge size="sm" variant="default" tt="none">
                      you
                    </Badge>
                  )}
                </Group>
                <Text size="xs" c="dimmed" className="el-break">
                  {person.email}
                </Text>
              </div>
            </Table.Td>
            <Table.Td data-label="State">
              <PersonState person={person} />
            </Table.Td>
            <Table.Td data-label="Projects" className="el-tabular">
              {person.projects}
            </Table.Td>
            <Table.Td data-label="Last seen" className={rowClasses.short}>
              {person.lastSeenAt === null ? 'not logged in' : <RelativeTime at={person.lastSeenAt} />}
            </Table.Td>
            <Table.Td data-label="Account since" className={rowClasses.short}>
              <RelativeTime at={person.createdAt} />
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Actions person={person} isOwn={person.id === own} onChange={(change) => onChange(person, change)} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function PersonState({ person: { disabledAt, locked } }: { person: Person }) {
  if (disabledAt !== null) {
    return (
      <Group gap={4}>
        <StateBadge tone="off" label="Disabled" />
        <Text size="sm" c="dimmed">
          <RelativeTime at={disabledAt} />
        </Text>
      </Group>
    );
  }
  return locked ? <StateBadge tone="wait" label="Locked out" /> : <StateBadge tone="ok" label="Active" />;
}

function Actions({ person, isOwn, onChange }: { person: Person; isOwn: boolean; onChange: (change: Change) => void }) {
  const size = 16;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${person.email}`}>
          <IconDots size={size} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {person.locked && (
          <Menu.Item leftSection={<IconLockOpen size={size} />} onClick={() => onChange('unlock')}>
            Unlock
          </Menu.Item>
        )}
        {person.disabledAt !== null ? (
          <Menu.Item leftSection={<IconUserPlus size={size} />} onClick={() => onChange('enable')}>
            Enable
          </Menu.Item>
        ) : (
          <>
            <Menu.Item
              leftSection={person.admin ? <IconShieldOff size={size} /> : <IconShield size={size} />}
              disabled={isOwn}
              onClick={() => onChange(person.admin ? 'unmake-admin' : 'make-admin')}
            >
              {person.admin ? 'Make no administrator' : 'Make administrator'}
            </Menu.Item>
            <Menu.Item leftSection={<IconUserOff size={size} />} disabled={isOwn} onClick={() => onChange('disable')}>
              Disable
            </Menu.Item>
          </>
        )}
        {isOwn && <Menu.Label>Another administrator can change your account.</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
