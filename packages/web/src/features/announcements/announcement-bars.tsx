import { Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { announcementsQuery, keys } from '../../lib/queries.ts';
import { Notice } from '../../ui/notice.tsx';

/** What administrators have to say, on every page: each reader may put away what is no warning. */
export function AnnouncementBars() {
  const client = useQueryClient();
  const announcements = useQuery(announcementsQuery);
  const dismiss = useMutation({
    mutationFn: (id: string) => api.call('announcements.dismiss', { params: { id } }),
    onMutate: (id) =>
      client.setQueryData(announcementsQuery.queryKey, (before) =>
        before === undefined ? before : { ...before, items: before.items.filter((one) => one.id !== id) },
      ),
    // What could not be put away comes back.
    onSettled: () => client.invalidateQueries({ queryKey: keys.announcements, exact: true }),
  });
  const items = announcements.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Stack gap="xs" mb="md" component="section" aria-label="Announcements">
      {items.map(({ id, level, text }) => (
        <Notice key={id} tone={level} {...(level === 'info' ? { onDismiss: () => dismiss.mutate(id) } : {})}>
          <AnnouncementText text={text} />
        </Notice>
      ))}
    </Stack>
  );
}

/** Plain text, whose lines stay lines. */
export const AnnouncementText = ({ text }: { text: string }) => (
  <Text size="sm" style={{ whiteSpace: 'pre-line' }} className="el-break">
    {text}
  </Text>
);
