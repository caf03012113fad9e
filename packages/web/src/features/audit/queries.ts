import { routePath, type AuditEvent } from '@emberlab/contract';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { toQuery, type AuditSearch } from './audit-search.ts';

type Events = { items: AuditEvent[]; next: string | null };

/** Events page by page, the newest first; of one project, or of all. */
export const auditEventsQuery = (project: string | null, search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: [...(project === null ? ['audit'] : ['project', project, 'audit']), search],
    queryFn: ({ signal, pageParam: cursor }): Promise<Events> => {
      const query = { ...toQuery(search), cursor };
      return project === null
        ? api.call('audit.list', { query }, signal)
        : api.call('audit.ofProject', { params: { project }, query }, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

/** Where the same is, as JSON lines. */
export const exportAddress = (project: string | null, search: AuditSearch): string =>
  project === null
    ? routePath('audit.export', { query: toQuery(search) })
    : routePath('audit.exportOfProject', { params: { project }, query: toQuery(search) });
