import { isReached, type LimitUse } from '@emberlab/contract';
import { Button, Table, Text } from '@mantine/core';
import { IconGauge } from '@tabler/icons-react';
import { limitKinds } from '@emberlab/contract';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { kindLabels, spellUse } from './limit-words.ts';

type Row = { readonly id: string; readonly name: string; readonly label: string; readonly limits: readonly LimitUse[] };
/** What is needed of a query whose pages these are. */
type List = {
  isPending: boolean;
  data: unknown;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
};

/** Users or projects, each with its limits and what it uses of them. */
export function LimitedRows<T>({
  list,
  items,
  rowOf,
  onEdit,
}: {
  list: List;
  items: readonly T[];
  rowOf: (item: T) => Row;
  onEdit: (item: T) => void;
}) {
  if (list.isPending) return <RowsSkeleton rows={4} />;
  if (list.data === undefined) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (items.length === 0) {
    return (
      <EmptyState icon={<IconGauge size={30} />} title="Nothing matches">
        Please change the search, or show those without limits of their own as well.
      </EmptyState>
    );
  }
  return (
    <>
      <RowsTable>
        <RowsHead columns={['Name', ...limitKinds.map((kind) => kindLabels[kind])]} />
        <Table.Tbody>
          {items.map((item) => {
            const { id, name, label, limits } = rowOf(item);
            return (
              <Table.Tr key={id}>
                <Table.Td className={rowClasses.lead}>
                  <div>
                    <Text size="sm" fw={500} className="el-break">
                      {label}
                    </Text>
                    <Text size="xs" c="dimmed" className="el-break">
                      {name}
                    </Text>
                  </div>
                </Table.Td>
                {limits.map((use) => (
                  <Table.Td key={use.kind} data-label={kindLabels[use.kind]} className={rowClasses.short}>
                    <Use use={use} />
                  </Table.Td>
                ))}
                <Table.Td className={rowClasses.actions}>
                  <Button size="compact-sm" onClick={() => onEdit(item)} aria-label={`Limits of ${name}`}>
                    Change
                  </Button>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </RowsTable>
      <ShowMore list={list} />
    </>
  );
}

function Use({ use }: { use: LimitUse }) {
  return (
    <div>
      <Text
        size="sm"
        className="el-tabular"
        {...(isReached(use) ? { c: 'var(--mantine-color-error)', fw: 500 } : {})}
        {...(use.limit === null && !use.own ? { c: 'dimmed' } : {})}
      >
        {use.limit === null && use.used === null ? '–' : spellUse(use)}
      </Text>
      {use.own && (
        <Text size="xs" c="dimmed">
          {use.limit === null ? 'own: no limit' : 'own limit'}
        </Text>
      )}
    </div>
  );
}
