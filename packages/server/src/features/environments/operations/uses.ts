import type { EnvironmentStore } from '../store.ts';

/**
 * How much runs with each revision of a project. A server says so itself. A session or batch began with what was in use when it was launched, which is not
 * written down: it counts for each revision that was in use at some time since it was asked for.
 */
export async function usesOf(store: EnvironmentStore, projectId: string): Promise<ReadonlyMap<string, number>> {
  const [servers, since, succeeded, ready] = await Promise.all([
    store.serversOf(projectId),
    store.driversSince(projectId),
    store.operations.succeeded(projectId),
    store.ready(projectId),
  ]);
  const uses = new Map(servers);
  // When which revision came into use. Those from before changes were written down did so when they were ready.
  const named = new Set(succeeded.map(({ revisionId }) => revisionId));
  const switches = [
    ...ready.filter(({ id }) => !named.has(id)).map(({ id, readyAt }) => ({ id, at: readyAt ?? 0 })),
    ...succeeded.flatMap(({ revisionId, endedAt }) =>
      revisionId === null ? [] : [{ id: revisionId, at: endedAt ?? 0 }],
    ),
  ].toSorted((a, b) => a.at - b.at);
  for (const asked of since) {
    const last = switches.findLastIndex(({ at }) => at <= asked);
    for (const id of new Set(switches.slice(Math.max(last, 0)).map((one) => one.id)))
      uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return uses;
}
