import { Button, Group } from '@mantine/core';

/** A list that comes page by page, as the query library has it. */
type Paged = {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
};

/** Below a list of which there is more. */
export function ShowMore({ list }: { list: Paged }) {
  if (!list.hasNextPage) return null;
  return (
    <Group justify="center" p="sm">
      <Button size="compact-sm" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        Show more
      </Button>
    </Group>
  );
}
