import {
  runningGroups,
  type ProjectOverview,
  type ProjectsQuery,
  type Running,
  type RunningKind,
  type RunningList,
  type RunningQuery,
  type RunningSum,
} from '@emberlab/contract';

/** How many run of each kind, and what they take together, cores to a tenth. */
function sumOf(items: Iterable<Running>): RunningSum {
  const kinds: Partial<Record<RunningKind, number>> = {};
  let memoryMb = 0;
  let cores = 0;
  for (const { kind, use } of items) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    memoryMb += use?.memoryMb ?? 0;
    cores += use?.cores ?? 0;
  }
  return { kinds, memoryMb, cores: Math.round(cores * 10) / 10 };
}

/** How people call each kind. */
const kindWords: Readonly<Record<RunningKind, string>> = {
  server: 'Jupyter server',
  session: 'Spark session',
  batch: 'Batch',
  ahead: 'Driver started ahead',
  history: 'Finished Spark UI',
  run: 'Run of a job',
  build: 'Environment build',
};

/** In the order of a language: quicker than `localeCompare`, which finds it out each time. */
const { compare } = new Intl.Collator('en');
type Order<T> = (a: T, b: T) => number;
const text =
  <T>(read: (one: T) => string): Order<T> =>
  (a, b) =>
    compare(read(a), read(b));
const most =
  <T>(read: (one: T) => number): Order<T> =>
  (a, b) =>
    read(b) - read(a);

const runningOrders: Readonly<Record<RunningQuery['sort'], Order<Running>>> = {
  title: text(({ title }) => title),
  owner: text(({ owner }) => owner?.email ?? ''),
  project: text(({ project }) => project.name),
  state: text(({ state }) => state),
  since: (a, b) => Number(a.since > b.since) - Number(a.since < b.since),
  memory: most(({ use }) => use?.memoryMb ?? -1),
  cores: most(({ use }) => use?.cores ?? -1),
};

const matches = (texts: readonly string[], search: string | undefined): boolean => {
  const wanted = (search ?? '').trim().toLowerCase();
  return wanted === '' || texts.some((each) => each.toLowerCase().includes(wanted));
};

/** What a page of all that runs shows. `all`: the oldest first, which decides where an order has no opinion */
export function selectRunning(all: readonly Running[], query: RunningQuery): RunningList {
  const { owner, project, group } = query;
  const kinds: readonly RunningKind[] | null = group === undefined ? null : runningGroups[group];
  const theirs = all.filter(
    (one) =>
      (owner === undefined || one.owner?.email === owner) && (project === undefined || one.project.name === project),
  );
  const asked = theirs.filter(
    (one) =>
      (kinds === null || kinds.includes(one.kind)) &&
      matches(
        [
          one.title,
          one.id,
          one.profile ?? '',
          kindWords[one.kind],
          one.owner?.email ?? '',
          one.owner?.name ?? '',
          one.project.name,
          one.project.label,
        ],
        query.search,
      ),
  );
  const sorted = asked.toSorted(directed(runningOrders[query.sort], query.reverse));
  return { items: sorted.slice(0, query.limit), total: asked.length, whose: sumOf(theirs) };
}

const countOf = ({ running }: ProjectOverview): number =>
  Object.values(running.kinds).reduce((sum, count) => sum + count, 0);

const projectOrders: Readonly<Record<ProjectsQuery['sort'], Order<ProjectOverview>>> = {
  name: text(({ label }) => label),
  members: most(({ members }) => members),
  running: most(countOf),
  memory: most(({ running }) => running.memoryMb),
  cores: most(({ running }) => running.cores),
  used: (a, b) => Number(a.lastActivityAt < b.lastActivityAt) - Number(a.lastActivityAt > b.lastActivityAt),
};

/** What a page of all projects shows, from them and all that runs. */
export function selectProjects(
  all: readonly Omit<ProjectOverview, 'running'>[],
  running: readonly Running[],
  query: ProjectsQuery,
): { items: ProjectOverview[]; total: number } {
  const of = Map.groupBy(running, ({ project }) => project.name);
  const asked = all
    .filter(({ state }) => query.show === undefined || state === query.show)
    .filter(({ name, label, owners }) => matches([name, label, ...owners], query.search))
    .map((project) => ({ ...project, running: sumOf(of.get(project.name) ?? []) }));
  const byName = text(({ name }: ProjectOverview) => name);
  const order = directed(projectOrders[query.sort], query.reverse);
  const sorted = asked.toSorted((a, b) => order(a, b) || byName(a, b));
  return { items: sorted.slice(0, query.limit), total: asked.length };
}

const directed = <T>(order: Order<T>, reverse: 'true' | undefined): Order<T> =>
  reverse === undefined ? order : (a, b) => order(b, a);
