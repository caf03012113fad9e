import type { QueryClient } from '@tanstack/react-query';
import {
  configurationDefaultsQuery,
  configurationQuery,
  environmentQuery,
  limitsQuery,
  placeQuery,
  projectQuery,
  projectsQuery,
  serverQuery,
  sessionsQuery,
} from '../lib/queries.ts';
import { mayRun } from '../features/projects/project-context.ts';

// What a page shows is asked for as soon as its address is known, while the page is still being drawn: else it is drawn first without, and once more for each
// answer. Nothing waits for them here, and what goes wrong is seen by the parts of the page that need it.

/** What the frame and all pages of a project need. */
export function askForProject(client: QueryClient, project: string): void {
  void client.prefetchQuery(projectQuery(project));
  void client.prefetchQuery(projectsQuery);
}

/** What the list of projects needs. */
export function askForProjects(client: QueryClient): void {
  void client.prefetchQuery(projectsQuery);
}

/** What a project's Jupyter page needs beside that. Who may run nothing there is not shown a server. */
export async function askForJupyter(client: QueryClient, name: string): Promise<void> {
  await client.prefetchQuery(projectQuery(name));
  const project = client.getQueryData(projectQuery(name).queryKey);
  if (project === undefined) return;
  void client.prefetchQuery(environmentQuery(name));
  void client.prefetchQuery(sessionsQuery(name));
  if (!mayRun(project)) return;
  void client.prefetchQuery(serverQuery(name));
  void client.prefetchQuery(configurationQuery(name));
  void client.prefetchQuery(configurationDefaultsQuery(name));
  void client.prefetchQuery(placeQuery(name));
  void client.prefetchQuery(limitsQuery(name));
}
