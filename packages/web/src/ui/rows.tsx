import { Skeleton, Stack, Table, type TableProps } from '@mantine/core';
import classes from './rows.module.css';

/** Class names of the cells: `lead` names the row, `actions` holds its buttons. Other cells carry `data-label`, their column's heading. */
export const rowClasses = classes;

/** A table whose rows become cards on a narrow page. */
export function RowsTable(props: TableProps) {
  return (
    <div className={classes.room}>
      <Table {...props} className={classes.table} />
    </div>
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
