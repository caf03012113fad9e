import type { Environment, EnvironmentOperation, OperationState } from '@emberlab/contract';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { keys } from './queries.ts';

type Page = { items: EnvironmentOperation[]; next: string | null };

/** How far an operation is: it never goes back, so what is less far is older. */
const stage: Readonly<Record<OperationState, number>> = {
  queued: 0,
  running: 1,
  succeeded: 2,
  failed: 2,
  cancelled: 2,
};

/** Whether it waits or is being made. */
export const isOpen = ({ state }: EnvironmentOperation): boolean => stage[state] < 2;

/** What is listed of an environment anywhere is asked for anew where somebody looks at it. */
function askForLists(client: QueryClient, project: string): void {
  const environment = keys.environment(project);
  void client.invalidateQueries({
    queryKey: environment,
    predicate: ({ queryKey }) => queryKey.length > environment.length,
  });
}

/** Writes what is known now of an environment; when another revision is in use, or another change waits, the lists are others too. */
export function applyEnvironment(client: QueryClient, project: string, environment: Environment): void {
  const key = keys.environment(project);
  const before = client.getQueryData<Environment>(key);
  client.setQueryData(key, environment);
  const said = (one: Environment) => JSON.stringify([one.current?.id, one.alert, one.pending]);
  if (before !== undefined && said(before) !== said(environment)) askForLists(client, project);
}

/** Writes what is known now of a change, unless something newer is known already. */
export function applyOperation(client: QueryClient, project: string, operation: EnvironmentOperation): void {
  const newer = (known: EnvironmentOperation): EnvironmentOperation =>
    stage[known.state] > stage[operation.state] ? known : operation;
  const key = keys.operation(project, operation.id);
  const before = client.getQueryData<EnvironmentOperation>(key);
  client.setQueryData<EnvironmentOperation>(key, (known) => (known === undefined ? operation : newer(known)));
  client.setQueryData<InfiniteData<Page>>(keys.operations(project), (list) => {
    const [first, ...rest] = list?.pages ?? [];
    if (list === undefined || first === undefined) return undefined;
    if (!list.pages.some(({ items }) => items.some(({ id }) => id === operation.id))) {
      return { ...list, pages: [{ ...first, items: [operation, ...first.items] }, ...rest] };
    }
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((each) => (each.id === operation.id ? newer(each) : each)),
    }));
    return { ...list, pages };
  });
  if (!isOpen(operation) && (before === undefined || isOpen(before))) askForLists(client, project);
}
