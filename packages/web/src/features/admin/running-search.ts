import type { Running } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import type { Sorting } from '../../ui/sort-button.tsx';
import { groups, runningKindLooks, runningStateOf, type Group } from './running-kinds.ts';

export const runningSorts = ['title', 'owner', 'project', 'state', 'since', 'memory', 'cores'] as const;
export type RunningSort = (typeof runningSorts)[number];

/** What the list shows, as it stands in the address; what is missing is as usual. */
export type RunningSearch = Sorting<RunningSort> & {
  q?: string | undefined;
  kind?: Group | undefined;
  /** an e-mail address */
  owner?: string | undefined;
  project?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export const readRunningSearch = (search: Record<string, unknown>): RunningSearch => ({
  q: textOf(search['q']),
  kind: oneOf(groups, search['kind']),
  owner: textOf(search['owner']),
  project: textOf(search['project']),
  sort: oneOf(runningSorts, search['sort']),
  reverse: search['reverse'] === true ? true : undefined,
});

const text = (read: (one: Running) => string) => (a: Running, b: Running) => read(a).localeCompare(read(b));
const most = (read: (one: Running) => number) => (a: Running, b: Running) => read(b) - read(a);
const compare: Readonly<Record<RunningSort, (a: Running, b: Running) => number>> = {
  title: text(({ title }) => title),
  owner: text(({ owner }) => owner?.email ?? ''),
  project: text(({ project }) => project.name),
  state: text((one) => runningStateOf(one).label),
  since: text(({ since }) => since),
  memory: most(({ use }) => use?.memoryMb ?? -1),
  cores: most(({ use }) => use?.cores ?? -1),
};

/** What belongs to the person and the project that the address names. */
export const whoseIn = (items: readonly Running[], { owner, project }: RunningSearch): Running[] =>
  items.filter(
    (one) =>
      (owner === undefined || one.owner?.email === owner) && (project === undefined || one.project.name === project),
  );

/** What the address asks for, in its order; what takes the most memory comes first where nothing else is asked. */
export function applyRunningSearch(items: readonly Running[], search: RunningSearch): Running[] {
  const wanted = (search.q ?? '').trim().toLowerCase();
  const order = compare[search.sort ?? 'memory'];
  return whoseIn(items, search)
    .filter(({ kind }) => search.kind === undefined || runningKindLooks[kind].group === search.kind)
    .filter((one) =>
      [
        one.title,
        one.id,
        one.owner?.email ?? '',
        one.owner?.name ?? '',
        one.project.name,
        one.project.label,
        runningKindLooks[one.kind].label,
      ].some((each) => each.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => (search.reverse === true ? -1 : 1) * (order(a, b) || a.since.localeCompare(b.since)));
}
