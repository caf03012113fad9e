import { routePath, type Batch, type ProjectEvent, type Session } from '@emberlab/contract';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { applyEnvironment, applyOperation } from './environment-news.ts';
import { openLive, type LiveStatus } from './live.ts';
import { applyAnyJobs, applyJob, applyRemovedJob, applyRemovedRun, applyRun } from './job-news.ts';
import { applyNotebookNews } from './notebook-news.ts';
import { keys } from './queries.ts';
import { usePageInUse } from './use-page-in-use.ts';

type List<T> = { items: T[]; next: string | null };

/** A list with this item in the place of its former self, or at the top. */
function withItem<T extends { id: number }>(list: List<T> | undefined, item: T): List<T> | undefined {
  if (list === undefined) return undefined;
  const known = list.items.some(({ id }) => id === item.id);
  return {
    ...list,
    items: known ? list.items.map((each) => (each.id === item.id ? item : each)) : [item, ...list.items],
  };
}

/** What is on the page of an application's metrics and executors is asked for anew; the rest when somebody looks at it. */
function askForMeasured(client: QueryClient, project: string, id: number): void {
  void client.invalidateQueries({ queryKey: keys.metricsOverTime(project, id) });
  void client.invalidateQueries({ queryKey: keys.sessionExecutors(project, id) });
}

/** Writes one event to where the pages read the resource from. */
export function applyEvent(client: QueryClient, project: string, event: ProjectEvent): void {
  switch (event.type) {
    case 'project':
      for (const queryKey of [keys.project(project), keys.members(project), keys.invitations(project)]) {
        void client.invalidateQueries({ queryKey, exact: true });
      }
      void client.invalidateQueries({ queryKey: keys.projects });
      break;
    case 'announcements':
      void client.invalidateQueries({ queryKey: keys.announcements });
      break;
    case 'alerts':
      void client.invalidateQueries({ queryKey: keys.alerts(project) });
      break;
    case 'server':
      client.setQueryData(keys.server(project), event.server);
      void client.invalidateQueries({ queryKey: keys.limits(project) });
      break;
    case 'environment':
      applyEnvironment(client, project, event.environment);
      break;
    case 'environment-operation':
      applyOperation(client, project, event.operation);
      break;
    case 'configuration-defaults': {
      const key = keys.configurationDefaults(project);
      const before = client.getQueryData(key);
      client.setQueryData(key, event.defaults);
      // Whoever has no configuration of their own follows them.
      const changed = before !== undefined && JSON.stringify(before) !== JSON.stringify(event.defaults);
      if (changed) void client.invalidateQueries({ queryKey: keys.configuration(project) });
      break;
    }
    case 'sessions':
      client.setQueryData<List<Session>>(keys.sessions(project), { items: event.sessions, next: null });
      for (const session of event.sessions) {
        client.setQueryData(keys.session(project, session.id), session);
        askForMeasured(client, project, session.id);
      }
      break;
    case 'jobs':
      applyAnyJobs(client, project);
      break;
    case 'job':
      applyJob(client, project, event.job);
      break;
    case 'job-removed':
      applyRemovedJob(client, project, event.id);
      break;
    case 'execution':
      applyRun(client, project, event.execution);
      break;
    case 'execution-removed':
      applyRemovedRun(client, project, event.id);
      break;
    case 'session-measured':
      askForMeasured(client, project, event.id);
      break;
    case 'notebooks':
      applyNotebookNews(client, project, event.runs);
      break;
    case 'session': {
      const key = keys.session(project, event.session.id);
      const before = client.getQueryData<Session>(key);
      client.setQueryData(key, event.session);
      if (before?.state !== event.session.state) askForMeasured(client, project, event.session.id);
      client.setQueryData<List<Session>>(keys.sessions(project), (list) => withItem(list, event.session));
      break;
    }
    case 'batches':
      client.setQueryData<List<Batch>>(keys.batches(project), { items: event.batches, next: null });
      for (const batch of event.batches) client.setQueryData(keys.batch(project, batch.id), batch);
      break;
    case 'batch':
      client.setQueryData(keys.batch(project, event.batch.id), event.batch);
      client.setQueryData<List<Batch>>(keys.batches(project), (list) => withItem(list, event.batch));
      break;
  }
}

/**
 * Keeps everything shown about a project up to date while the calling component is there, and says how the connection is. A page that nobody has
 * looked at for a while lets go of its connection: browsers allow six to one origin, shared by all tabs.
 */
export function useLive(project: string): LiveStatus {
  const client = useQueryClient();
  const inUse = usePageInUse();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  useEffect(() => {
    if (!inUse) return undefined;
    return openLive({
      url: routePath('projects.events', { params: { project } }),
      onStatus: setStatus,
      onEvent: (event) => applyEvent(client, project, event),
      onRefused() {
        void client.invalidateQueries({ queryKey: keys.auth });
        // Who is no member any more learns it here, and who is a viewer now sees what viewers see.
        void client.invalidateQueries({ queryKey: keys.project(project), exact: true });
      },
    });
  }, [client, project, inUse]);
  return status;
}
