import { limitKinds, type LimitKind, type LimitOverrides, type LimitValues } from '@emberlab/contract';

/** Something that runs for a member, or is about to. */
export type Taken = {
  readonly projectId: string;
  readonly userId: string;
  /** `session`: any driver, also of a batch · `run`: a run of a job; its driver is a `session` beside it */
  readonly kind: 'server' | 'session' | 'run';
  /** what its configuration asks; 0: nothing is said, so nothing can be counted */
  readonly memoryBytes: number;
  readonly cores: number;
  /** whether nobody has asked for it: then it gives way, and is in nobody's way */
  readonly yields: boolean;
};

/** Kinds of which there are so and so many at a time. */
export type CountedKind = Exclude<LimitKind, 'hours' | 'disk'>;
export type Counts = Readonly<Record<CountedKind, number>>;
export const countedKinds = [
  'servers',
  'sessions',
  'runs',
  'memory',
  'cores',
] as const satisfies readonly CountedKind[];

export const noLimits: LimitValues = {
  servers: null,
  sessions: null,
  runs: null,
  memory: null,
  cores: null,
  hours: null,
  disk: null,
};

/** What holds for a user or project: what is set for it, else the default. */
export const effective = (defaults: LimitValues, own: LimitOverrides): LimitValues =>
  Object.fromEntries(
    limitKinds.map((kind) => [kind, own[kind] === undefined ? defaults[kind] : own[kind]]),
  ) as LimitValues;

/** What one of these takes of each kind. */
export const countsOf = ({ kind, memoryBytes, cores }: Pick<Taken, 'kind' | 'memoryBytes' | 'cores'>): Counts => ({
  servers: kind === 'server' ? 1 : 0,
  sessions: kind === 'session' ? 1 : 0,
  runs: kind === 'run' ? 1 : 0,
  memory: memoryBytes,
  cores,
});

/** What all of these take together. */
export function sumOf(all: readonly Taken[]): Counts {
  const sum = { servers: 0, sessions: 0, runs: 0, memory: 0, cores: 0 };
  for (const one of all) {
    const counts = countsOf(one);
    for (const kind of countedKinds) sum[kind] += counts[kind];
  }
  return sum;
}

/** The first limit beyond which `asked` would lead; null: there is room. What asks for nothing of a kind is in no limit's way. */
export function reachedBy(limits: LimitValues, used: Counts, asked: Counts): CountedKind | null {
  const isBeyond = (kind: CountedKind) => {
    const limit = limits[kind];
    return limit !== null && asked[kind] > 0 && used[kind] + asked[kind] > limit;
  };
  return countedKinds.find(isBeyond) ?? null;
}
