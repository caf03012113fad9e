import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import type { Difference } from './differences.ts';
import { notebookName } from './notebook-path.tsx';
import type { OpenNotebook } from './use-open-notebook.ts';

/** A label that is wider than a narrow screen has lines. */
const wrapping = { h: 'auto', mih: 36, py: 6, styles: { label: { whiteSpace: 'normal' } } } as const;

/** Asks what to do when a server runs with another configuration than the notebook did. */
export function OtherConfigurationDialog({ opener }: { opener: OpenNotebook }) {
  const { question, answer } = opener;
  return (
    <Modal
      opened={question !== null}
      onClose={() => answer('cancel')}
      title="Jupyter runs with another configuration"
      size="lg"
    >
      {question !== null && (
        <Stack>
          <Text size="sm" className="el-break">
            <b>{notebookName(question.run.path)}</b> ran with other settings than Jupyter runs with now:
          </Text>
          <Differences differences={question.differences} before="Running now" after="Notebook" />
          <Text size="sm" c="dimmed">
            Stopping ends all kernels and their Spark applications. Files stay; changes that were not saved in
            JupyterLab are lost.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button onClick={() => answer('cancel')}>Cancel</Button>
            <Button {...wrapping} onClick={() => answer('as it runs')}>
              Open with the running configuration
            </Button>
            <Button {...wrapping} variant="filled" onClick={() => answer('restart')}>
              Stop and start with that configuration
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function Differences({
  differences,
  before,
  after,
}: {
  differences: readonly Difference[];
  before: string;
  after: string;
}) {
  return (
    <Table layout="fixed" withTableBorder>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Setting</Table.Th>
          <Table.Th>{before}</Table.Th>
          <Table.Th>{after}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="el-break">
        {differences.map((one) => (
          <Table.Tr key={one.key}>
            <Table.Td>{one.label}</Table.Td>
            <Value text={one.before} />
            <Value text={one.after} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const Value = ({ text }: { text: string | null }) => (
  <Table.Td {...(text === null ? { c: 'dimmed' } : {})}>{text ?? 'not set'}</Table.Td>
);
