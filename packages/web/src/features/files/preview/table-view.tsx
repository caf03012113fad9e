import { Table, Text } from '@mantine/core';
import { showHidden } from '../../../lib/show-hidden.ts';
import classes from './preview.module.css';

/** The first rows of a table. `note`: what is said of the rest. */
export function TableView({
  head,
  kinds,
  rows,
  note,
}: {
  head: readonly string[];
  /** of columns, where they are known */
  kinds?: readonly string[];
  rows: readonly (readonly string[])[];
  note: string;
}) {
  return (
    <>
      <Text size="xs" c="dimmed" mb="xs">
        {note}
      </Text>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys */}
      <section className={classes.table} tabIndex={0} aria-label="First rows">
        <Table striped withColumnBorders stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {head.map((name, column) => (
                // oxlint-disable-next-line react/no-array-index-key -- columns may have one name
                <Table.Th key={column} title={showHidden(name)}>
                  {showHidden(name)}
                  {kinds?.[column] !== undefined && (
                    <Text size="xs" c="dimmed" fw={400}>
                      {kinds[column]}
                    </Text>
                  )}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no names
              <Table.Tr key={index}>
                {head.map((_, column) => (
                  // oxlint-disable-next-line react/no-array-index-key -- as columns
                  <Table.Td key={column} title={showHidden(row[column] ?? '')}>
                    {showHidden(row[column] ?? '')}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </>
  );
}
