import { Button, Group, Text } from '@mantine/core';

/** A list that comes page by page, as the query library has it. */
type Paged = {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
};

/** Below a list of which there is more. `note`: how much of it is there */
export function ShowMore({ list, note }: { list: Paged; note?: string }) {
  if (!list.hasNextPage) return null;
  return (
    <Group justify="center" p="sm">
      {note !== undefined && (
        <Text size="sm" c="dimmed" className="el-tabular">
          {note}
        </Text>
      )}
      <Button size="compact-sm" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        Show more
      </Button>
    </Group>
  );
}
