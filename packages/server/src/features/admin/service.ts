import type { Running } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { RunningPart, RunningThing } from '../projects/index.ts';
import type { AdminStore } from './store.ts';
import type { Watch, Watched } from './watch.ts';

/** Whose things are to end: all of a user, or all in a project. */
export type Whose = { readonly user: string } | { readonly project: string };

/** What was stopped, and in which project where it is one. */
export type Stopped = { readonly items: Running[]; readonly project: { id: string; name: string } | null };

export type AdminService = ReturnType<typeof createAdminService>;

/** What whose it is reads. */
const sentence = (reason: string): string => `Stopped by an administrator: ${reason}`;

/** First what depends on others: it ends with a reason of its own then. */
const order = ['run', 'history', 'session', 'batch', 'ahead', 'server', 'build'] as const;

/** Stops what others run. */
export function createAdminService(deps: {
  parts: readonly RunningPart[];
  watch: Watch;
  store: Pick<AdminStore, 'hasUser' | 'projectId'>;
}) {
  const { watch, store } = deps;

  async function end({ kind, id }: RunningThing, reason: string): Promise<void> {
    for (const part of deps.parts) {
      if (part.kinds.includes(kind)) await part.stopRunning(kind, id, sentence(reason));
    }
  }
  const toProject = ({ thing, shown }: Watched) => ({ id: thing.projectId, name: shown.project.name });

  return {
    /** Lets one end. Throws `HttpError('not_found')` for what does not run (any more). */
    async stop({ kind, id, reason }: Pick<RunningThing, 'kind' | 'id'> & { reason: string }): Promise<Stopped> {
      const found = (await watch.lookNow()).find(({ thing }) => thing.kind === kind && thing.id === id);
      if (found === undefined) throw new HttpError('not_found', { message: 'This does not run any more.' });
      await end(found.thing, reason);
      const now = (await watch.lookNow()).filter(({ thing }) => thing.kind === kind && thing.id === id);
      return { items: now.map(({ shown }) => shown), project: toProject(found) };
    },

    /** Lets all end that runs for a user or in a project, and answers what that was. Throws `HttpError('not_found')` where there is none of that name. */
    async stopAll(whose: Whose, reason: string): Promise<Stopped> {
      const projectId = 'project' in whose ? await store.projectId(whose.project) : null;
      if ('project' in whose && projectId === null) {
        throw new HttpError('not_found', { message: `There is no project ${whose.project}.` });
      }
      if ('user' in whose && !(await store.hasUser(whose.user))) {
        throw new HttpError('not_found', { message: `There is no user ${whose.user}.` });
      }
      const isTheirs = ({ thing, shown }: Watched): boolean =>
        'user' in whose ? shown.owner?.email === whose.user : thing.projectId === projectId;
      const theirs = (await watch.lookNow())
        .filter(isTheirs)
        .toSorted((a, b) => order.indexOf(a.thing.kind) - order.indexOf(b.thing.kind));
      // One that can't be ended keeps none of the others.
      const failed: unknown[] = [];
      for (const { thing } of theirs) await end(thing, reason).catch((error: unknown) => failed.push(error));
      if (failed.length > 0) throw failed[0];
      return {
        items: theirs.map(({ shown }) => shown),
        project: 'project' in whose && projectId !== null ? { id: projectId, name: whose.project } : null,
      };
    },
  };
}
