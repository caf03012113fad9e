import { Group, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** The order of a list as it stands in the address; absent: as usual. */
export type Sorting<K extends string> = { sort?: K | undefined; reverse?: true | undefined };

/** The order after a press on a column's heading: that column, then the other way round, then as usual. */
export function nextSorting<K extends string>({ sort, reverse }: Sorting<K>, column: K): Sorting<K> {
  if (sort !== column) return { sort: column, reverse: undefined };
  return reverse === true ? { sort: undefined, reverse: undefined } : { sort, reverse: true };
}

/** The headings of a table that can be sorted by each of its columns. `usual`: the column that it is sorted by where nothing is said. */
export const sortedColumns = <K extends string>(
  labels: Readonly<Record<K, string>>,
  usual: K,
  sorting: Sorting<K>,
  onChange: (next: Sorting<K>) => void,
): (readonly [key: K, heading: ReactNode])[] =>
  (Object.keys(labels) as K[]).map((column) => [
    column,
    <SortButton
      key={column}
      label={labels[column]}
      active={(sorting.sort ?? usual) === column}
      reverse={sorting.reverse === true}
      onClick={() => onChange(nextSorting(sorting, column))}
    />,
  ]);

/** A column's heading by which the list can be sorted. */
export function SortButton({
  label,
  active,
  reverse,
  onClick,
}: {
  label: string;
  active: boolean;
  reverse: boolean;
  onClick: () => void;
}) {
  const Icon = reverse ? IconArrowUp : IconArrowDown;
  return (
    <UnstyledButton
      onClick={onClick}
      fz="inherit"
      fw="inherit"
      aria-label={`Sort by ${label.toLowerCase()}`}
      aria-pressed={active}
    >
      <Group gap={3} wrap="nowrap">
        {label}
        <Icon size={13} aria-hidden="true" style={{ visibility: active ? 'visible' : 'hidden' }} />
      </Group>
    </UnstyledButton>
  );
}
