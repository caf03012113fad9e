import { Button, Group, Kbd, Modal, Table, Text } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useTour } from '../features/jupyter/use-tour.ts';
import { systemQuery } from '../lib/queries.ts';
import { modKey } from './mod-key.ts';

const shortcuts: readonly { keys: readonly string[]; what: string }[] = [
  { keys: [modKey, 'K'], what: 'Go to a page, or do something' },
  { keys: ['g', 'p'], what: 'Projects' },
  { keys: ['g', 'j'], what: 'Jupyter, in a project' },
  { keys: ['g', 'b'], what: 'Jobs, in a project' },
  { keys: ['g', 'a'], what: 'Applications, in a project' },
  { keys: ['?'], what: 'This help' },
];

/** The keyboard shortcuts and which version this is. */
export function HelpDialog({
  opened,
  onClose,
  project,
}: {
  opened: boolean;
  onClose: () => void;
  project: string | undefined;
}) {
  const tour = useTour();
  const router = useRouter();
  const offerTour = (): void => {
    if (project === undefined) return;
    tour.set(false);
    onClose();
    void router.navigate({ to: '/projects/$project/jupyter', params: { project } });
  };
  const system = useQuery({ ...systemQuery, enabled: opened });
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Table withRowBorders={false}>
        <Table.Tbody>
          {shortcuts.map(({ keys, what }) => (
            <Table.Tr key={what}>
              <Table.Td>{what}</Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {project !== undefined && (
        <Button mt="md" leftSection={<IconRoute size={16} aria-hidden="true" />} onClick={offerTour}>
          Offer the tour again
        </Button>
      )}
      {system.data !== undefined && (
        <Text size="xs" c="dimmed" mt="md">
          Emberlab {system.data.version}
          {system.data.sparkVersion !== null && ` · Spark ${system.data.sparkVersion}`}
        </Text>
      )}
    </Modal>
  );
}
