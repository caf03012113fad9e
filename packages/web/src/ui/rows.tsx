import { Skeleton, Stack, Table, Text, VisuallyHidden, type TableProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { showHidden } from '../lib/show-hidden.ts';
import classes from './rows.module.css';

/**
 * Class names: `lead` is the cell that names the row, `who` the one with a person, `actions` the one with buttons, two in a line where they are `paired` and
 * there is little room. Other cells carry `data-label`, their column's heading. A row that a `ProblemRow` comes after is `followed`.
 */
export const rowClasses = classes;

/** A table whose rows become cards on a narrow page. */
export function RowsTable(props: TableProps) {
  return (
    <div className={classes.room}>
      <Table {...props} className={classes.table} />
    </div>
  );
}

/** Headings by their keys. With `actions`, one more for the cell with buttons, which only those need who don't see them. */
export function RowsHead({
  columns,
  actions = true,
}: {
  columns: readonly (string | readonly [key: string, heading: ReactNode])[];
  actions?: boolean;
}) {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map((column) => {
          const [key, heading] = typeof column === 'string' ? [column, column] : column;
          return <Table.Th key={key}>{heading}</Table.Th>;
        })}
        {actions && (
          <Table.Th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </Table.Th>
        )}
      </Table.Tr>
    </Table.Thead>
  );
}

/** Why something in a list failed, or (`quiet`) was ended: the whole sentence, below its row. */
export function ProblemRow({ problem, columns, quiet = false }: { problem: string; columns: number; quiet?: boolean }) {
  return (
    <Table.Tr className={classes.problem}>
      <Table.Td colSpan={columns}>
        <Text size="sm" c={quiet ? 'dimmed' : 'var(--mantine-color-error)'} className="el-break">
          {showHidden(problem)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** What stands in for rows while they load, as high as they will be. */
export function RowsSkeleton({ rows = 3 }: { rows?: number }) {
  return (
    <Stack gap="md" p="md" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={22} />
      ))}
    </Stack>
  );
}
