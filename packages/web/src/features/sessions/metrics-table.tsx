import { Button, Paper, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { formatExact } from '../../lib/time.ts';
import type { Plot } from './plots.ts';

const mostRows = 100;

/** The values of all plots as a table, newest first, for those who want numbers or can't see the plots. */
export function MetricsTable({ times, plots }: { times: readonly number[]; plots: readonly Plot[] }) {
  const [opened, { toggle }] = useDisclosure(false);
  const step = Math.ceil(times.length / mostRows);
  const rows = times.map((_, at) => at).filter((at) => (times.length - 1 - at) % step === 0);
  return (
    <div>
      <Button size="compact-sm" onClick={toggle} aria-expanded={opened}>
        {opened ? 'Hide the table' : 'Show as a table'}
      </Button>
      {opened && (
        <Paper mt="xs">
          <Table.ScrollContainer minWidth={0} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table aria-label="Metrics over time" fz="xs" className="el-tabular">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Time</Table.Th>
                  {plots.flatMap(({ title, series }) =>
                    series.map(({ label }) => <Table.Th key={`${title} ${label}`}>{`${title}: ${label}`}</Table.Th>),
                  )}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.toReversed().map((at) => (
                  <Table.Tr key={times[at]}>
                    <Table.Th scope="row" style={{ whiteSpace: 'nowrap' }}>
                      {formatExact(times[at] ?? 0)}
                    </Table.Th>
                    {plots.flatMap(({ title, series, format }) =>
                      series.map(({ label, values }) => (
                        <Table.Td key={`${title} ${label}`}>{describe(values[at] ?? null, format)}</Table.Td>
                      )),
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
    </div>
  );
}

const describe = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value);
