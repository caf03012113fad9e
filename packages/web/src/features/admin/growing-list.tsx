import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { ShowMore } from '../../ui/show-more.tsx';
import { mostShown, pageSize } from './queries.ts';

/** How many rows a list asks for: more with each press of "Show more", and as many as at first when it asks for something else (`asked`). */
export function useGrowing(asked: unknown): { readonly limit: number; grow(): void } {
  const key = JSON.stringify(asked);
  const [grown, setGrown] = useState({ key, limit: pageSize });
  const limit = grown.key === key ? grown.limit : pageSize;
  return { limit, grow: () => setGrown({ key, limit: Math.min(limit + pageSize, mostShown) }) };
}

/** Below such a list: how much of it there is, and the way to more. */
export function MoreOf({
  shown,
  total,
  growing: { limit, grow },
  isFetching,
}: {
  shown: number;
  total: number;
  growing: ReturnType<typeof useGrowing>;
  isFetching: boolean;
}) {
  if (total <= shown) return null;
  const note = `${shown} of ${total.toLocaleString('en')}`;
  if (limit >= mostShown) {
    return (
      <Group justify="center" p="sm">
        <Text size="sm" c="dimmed" className="el-tabular">
          {note}: please search for the others.
        </Text>
      </Group>
    );
  }
  return <ShowMore list={{ hasNextPage: true, isFetchingNextPage: isFetching, fetchNextPage: grow }} note={note} />;
}
