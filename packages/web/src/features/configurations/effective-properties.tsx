import type { CheckedConfiguration, SparkPlace } from '@emberlab/contract';
import { Button, Modal, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconListDetails } from '@tabler/icons-react';
import { rowClasses, RowsTable } from '../../ui/rows.tsx';
import type { ConfigurationOf } from './draft.ts';

type Effective = NonNullable<CheckedConfiguration['effective']>;

/** Opens the table of what Spark would get. */
export function EffectiveProperties({
  effective,
  place,
  of,
}: {
  /** null: something is wrong; undefined: not known yet */
  effective: CheckedConfiguration['effective'] | undefined;
  place: SparkPlace;
  of: ConfigurationOf;
}) {
  const [opened, modal] = useDisclosure(false);
  return (
    <>
      <Button size="compact-sm" leftSection={<IconListDetails size={14} aria-hidden="true" />} onClick={modal.open}>
        Effective Spark properties
      </Button>
      <Modal opened={opened} onClose={modal.close} title="Effective Spark properties" size={1000}>
        {effective === undefined ? (
          <Skeleton height={240} />
        ) : effective === null ? (
          <Text size="sm">Something in the configuration has to be corrected first; it is marked in the form.</Text>
        ) : (
          <Properties effective={effective} place={place} of={of} />
        )}
      </Modal>
    </>
  );
}

function Properties({ effective, place, of }: { effective: Effective; place: SparkPlace; of: ConfigurationOf }) {
  const whose = of === 'job' ? 'each run’s' : 'each notebook’s';
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {place.engine === 'livy'
          ? `What ${whose} application asks of the project’s Livy. Livy and the cluster set more.`
          : `What ${whose} application starts with.`}
        {of === 'jupyter' && ' A notebook may say otherwise by %%configure.'}
      </Text>
      <RowsTable>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th>From</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {effective.map((property) => (
            <Table.Tr key={property.name}>
              <Table.Td className={rowClasses.lead}>
                <Text size="sm" ff="monospace" className="el-break">
                  {property.name}
                </Text>
              </Table.Td>
              <Table.Td data-label="Value">
                {property.value === null ? (
                  <Text size="sm" c="dimmed">
                    hidden: a secret
                  </Text>
                ) : (
                  <Text size="sm" ff="monospace" className="el-break">
                    {property.value}
                  </Text>
                )}
              </Table.Td>
              <Table.Td data-label="From">
                <Text size="sm">{spellSource(property)}</Text>
                {!place.executors && isOfExecutors(property.name) && (
                  <Text size="xs" c="dimmed">
                    no effect with {place.master}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </RowsTable>
    </Stack>
  );
}

const isOfExecutors = (name: string): boolean =>
  /^spark\.(executor\.(memory|cores|instances)|dynamicAllocation\..*)$/.test(name);

function spellSource({ from, label, line }: Effective[number]): string {
  if (from === 'field') return label ?? 'a field';
  if (from === 'properties') return `Properties, line ${line}`;
  return from === 'pinned' ? 'Emberlab' : 'Emberlab, unless Properties says otherwise';
}
