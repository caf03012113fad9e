import type {
  LimitDefaults,
  LimitedProject,
  LimitedUser,
  LimitOverrides,
  LimitUse,
  LimitValues,
  ProjectLimits,
} from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstant } from '../../lib/clock.ts';
import { smaller } from '../../lib/places.ts';
import type { DiskStore, DiskUse } from './disk/store.ts';
import { countedKinds, effective, sumOf, type Taken } from './policy.ts';
import type { Limited, LimitStore } from './store.ts';

const pageSize = 50;
type Asked = { search?: string | undefined; own?: '0' | '1' | undefined; cursor?: string | undefined };
type Page<T> = { items: T[]; next: string | null };
type Whose = { readonly projectId: string; readonly userId: string };
type Both = { readonly user: LimitValues; readonly project: LimitValues };
export type LimitService = ReturnType<typeof createLimitService>;

/** What users and projects may have, and what they have of it. */
export function createLimitService(deps: {
  store: LimitStore;
  disk: Pick<DiskStore, 'ofUser' | 'ofProject'>;
  /** everything that runs, or is about to */
  taken: () => Promise<readonly Taken[]>;
}) {
  const { store, disk, taken } = deps;

  /** What holds for a member in a project. */
  async function limitsOf({ projectId, userId }: Whose): Promise<Both> {
    const defaults = await store.defaults();
    return {
      user: effective(defaults.user, await store.ofUser(userId)),
      project: effective(defaults.project, await store.ofProject(projectId)),
    };
  }

  /** Limits with what is used of them. */
  function uses(defaults: LimitValues, own: LimitOverrides, all: readonly Taken[], files: DiskUse | null): LimitUse[] {
    const limits = effective(defaults, own);
    const counts = sumOf(all);
    const isOwn = (kind: keyof LimitValues) => own[kind] !== undefined;
    return [
      ...countedKinds.map((kind) => ({
        kind,
        limit: limits[kind],
        used: counts[kind],
        own: isOwn(kind),
        measuredAt: null,
      })),
      { kind: 'hours' as const, limit: limits.hours, used: null, own: isOwn('hours'), measuredAt: null },
      {
        kind: 'disk' as const,
        limit: limits.disk,
        used: files?.bytes ?? null,
        own: isOwn('disk'),
        measuredAt: files === null ? null : toInstant(files.measuredAt),
      },
    ];
  }

  async function presentUsers(found: readonly Limited[]): Promise<LimitedUser[]> {
    const [{ user: defaults }, all] = [await store.defaults(), await taken()];
    return Promise.all(
      found.map(async ({ id, name: email, label: name, own }) => {
        const theirs = all.filter(({ userId }) => userId === id);
        return { id, email, name, limits: uses(defaults, own, theirs, await disk.ofUser(id)) };
      }),
    );
  }

  async function presentProjects(found: readonly Limited[]): Promise<LimitedProject[]> {
    const [{ project: defaults }, all] = [await store.defaults(), await taken()];
    return Promise.all(
      found.map(async ({ id, name, label, own }) => {
        const its = all.filter(({ projectId }) => projectId === id);
        return { id, name, label, limits: uses(defaults, own, its, await disk.ofProject(id)) };
      }),
    );
  }

  const asPage = ({ search = '', own, cursor = '' }: Asked) => ({
    search,
    own: own === '1',
    after: cursor,
    limit: pageSize + 1,
  });
  const page = async <T>(
    found: readonly Limited[],
    present: (some: readonly Limited[]) => Promise<T[]>,
  ): Promise<Page<T>> => {
    const shown = found.slice(0, pageSize);
    return { items: await present(shown), next: found.length > pageSize ? (shown.at(-1)?.name ?? null) : null };
  };
  const one = async <T>(found: Limited | null, present: (some: readonly Limited[]) => Promise<T[]>): Promise<T> => {
    const [shown] = found === null ? [] : await present([found]);
    if (shown === undefined) throw new HttpError('not_found');
    return shown;
  };

  return {
    limitsOf,

    /** The same for many at once; null: there is no limit at all. */
    async allLimits(): Promise<((whose: Whose) => Both) | null> {
      const [defaults, { users, projects }] = [await store.defaults(), await store.all()];
      const all = [defaults.user, defaults.project, ...users.values(), ...projects.values()];
      if (all.every((limits) => Object.values(limits).every((limit) => limit === null))) return null;
      return ({ userId, projectId }) => ({
        user: effective(defaults.user, users.get(userId) ?? {}),
        project: effective(defaults.project, projects.get(projectId) ?? {}),
      });
    },

    /** How long a member's server may run in a project, hours from its start; null: there is no limit. */
    async hoursOf(whose: Whose): Promise<number | null> {
      const { user, project } = await limitsOf(whose);
      return smaller(user.hours, project.hours);
    },

    /** What a member may know: the limits of the project, and their own. */
    async ofProject({ projectId, userId }: Whose): Promise<ProjectLimits> {
      const [defaults, all] = [await store.defaults(), await taken()];
      const its = all.filter((one_) => one_.projectId === projectId);
      const own = all.filter((one_) => one_.userId === userId);
      return {
        project: uses(defaults.project, await store.ofProject(projectId), its, await disk.ofProject(projectId)),
        own: uses(defaults.user, await store.ofUser(userId), own, await disk.ofUser(userId)),
      };
    },

    defaults: (): Promise<LimitDefaults> => store.defaults(),
    async setDefaults(values: LimitDefaults): Promise<LimitDefaults> {
      await store.setDefaults(values);
      return store.defaults();
    },

    users: async (asked: Asked): Promise<Page<LimitedUser>> => page(await store.users(asPage(asked)), presentUsers),
    projects: async (asked: Asked): Promise<Page<LimitedProject>> =>
      page(await store.projects(asPage(asked)), presentProjects),

    /** Sets what differs for a user; the rest is as the default. Throws `not_found`. */
    async setUser(email: string, values: LimitOverrides): Promise<LimitedUser> {
      const found = await store.findUser(email);
      if (found !== null) await store.setUser(found.id, values);
      return one(await store.findUser(email), presentUsers);
    },

    /** The same for a project. Throws `not_found`. */
    async setProject(name: string, values: LimitOverrides): Promise<LimitedProject> {
      const found = await store.findProject(name);
      if (found !== null) await store.setProject(found.id, values);
      return one(await store.findProject(name), presentProjects);
    },
  };
}
