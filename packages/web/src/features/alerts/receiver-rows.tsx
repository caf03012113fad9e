import type { AlertReceiver } from '@emberlab/contract';
import { Button, Group, Menu, Table, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { deliveryLooks, typeLabels } from './words.ts';

type Actions = {
  /** the receiver that is being tested */
  readonly testing: string | null;
  readonly onTest: (receiver: AlertReceiver) => void;
  readonly onChange: (receiver: AlertReceiver) => void;
  readonly onNewSecret: (receiver: AlertReceiver) => void;
  readonly onRemove: (receiver: AlertReceiver) => void;
};

/** Receivers with what may be done with them; `actions` null: nothing. */
export function ReceiverRows({ receivers, actions }: { receivers: readonly AlertReceiver[]; actions: Actions | null }) {
  return (
    <RowsTable>
      <RowsHead columns={['Name', 'Type', 'Target', 'Last alert']} actions={actions !== null} />
      <Table.Tbody>
        {receivers.map((receiver) => (
          <Table.Tr key={receiver.id}>
            <Table.Td className={rowClasses.lead}>
              <Text size="sm" fw={500} className="el-break">
                {receiver.name}
              </Text>
            </Table.Td>
            <Table.Td data-label="Type" className={rowClasses.short}>
              {typeLabels[receiver.type]}
            </Table.Td>
            <Table.Td data-label="Target" className="el-break">
              {receiver.target}
            </Table.Td>
            <Table.Td data-label="Last alert" className={rowClasses.short}>
              <LastAlert last={receiver.last} />
            </Table.Td>
            {actions !== null && (
              <Table.Td className={rowClasses.actions}>
                <RowActions receiver={receiver} actions={actions} />
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function LastAlert({ last }: { last: AlertReceiver['last'] }) {
  if (last === null) {
    return (
      <Text span size="sm" c="dimmed">
        none
      </Text>
    );
  }
  return (
    <Group gap={8} wrap="nowrap" display="inline-flex">
      <StateBadge {...deliveryLooks[last.state]} />
      <RelativeTime at={last.at} size="sm" c="dimmed" />
    </Group>
  );
}

function RowActions({ receiver, actions }: { receiver: AlertReceiver; actions: Actions }) {
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex">
      <Button
        size="compact-sm"
        loading={actions.testing === receiver.id}
        onClick={() => actions.onTest(receiver)}
        aria-label={`Send a test to ${receiver.name}`}
      >
        Test
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            rightSection={<IconChevronDown size={14} />}
            aria-label={`More about ${receiver.name}`}
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => actions.onChange(receiver)}>Change</Menu.Item>
          {receiver.type === 'webhook' && (
            <Menu.Item onClick={() => actions.onNewSecret(receiver)}>New secret</Menu.Item>
          )}
          <Menu.Item onClick={() => actions.onRemove(receiver)}>Remove</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
