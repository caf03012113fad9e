import { notifications } from '@mantine/notifications';
import type { SpotlightActionData } from '@mantine/spotlight';
import { IconCalendarBolt } from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { api, errorMessage } from '../lib/api.ts';
import { jobsQuery } from '../lib/job-queries.ts';
import { randomKey } from '../lib/random-key.ts';
import { showHidden } from '../lib/show-hidden.ts';
import { applyEvent } from '../lib/use-live.ts';

/** A search begins when nobody has typed for so long, ms. */
const typingMs = 200;

/** Jobs of a project that can be run, those with what was typed in their names. Words such as `run` that stand before a name are left out. */
export function useJobActions(project: string, typed: string, enabled: boolean): SpotlightActionData[] {
  const client = useQueryClient();
  const router = useRouter();
  const [search] = useDebouncedValue(
    typed
      .trim()
      .replace(/^run\s+(job\s+)?/i, '')
      .slice(0, 200),
    typingMs,
  );
  const jobs = useInfiniteQuery({
    ...jobsQuery(project, { search: search === '' ? undefined : search, sort: 'lastRun', order: 'desc' }),
    enabled,
    placeholderData: keepPreviousData,
  });
  const run = useMutation({
    mutationFn: (id: number) => api.call('jobs.run', { params: { project, id }, body: { key: randomKey() } }),
    onSuccess: (execution) => {
      applyEvent(client, project, { type: 'execution', execution });
      const params = { project, run: String(execution.id) };
      void router.navigate({ to: '/projects/$project/jobs/runs/$run', params });
    },
    onError: (error) =>
      notifications.show({ color: 'red', title: 'The job was not run', message: errorMessage(error) }),
  });
  if (!enabled) return [];
  return (jobs.data?.pages[0]?.items ?? []).map(({ id, name, program }) => ({
    id: `job ${id}`,
    label: `Run ${showHidden(name)}`,
    description: showHidden(program),
    leftSection: <IconCalendarBolt size={18} aria-hidden />,
    onClick: () => run.mutate(id),
  }));
}
