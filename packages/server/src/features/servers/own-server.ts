import type { LabServer, Server } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ServersDeps } from './deps.ts';
import type { Presenter } from './present.ts';
import type { ServerService, Whose } from './service.ts';
import type { ServerStore } from './store.ts';

export type OwnServer = ReturnType<typeof createOwnServer>;

/** A server as its own pages know it: by its id. Each call throws `app_not_running` once it has ended. */
export function createOwnServer(
  deps: Pick<ServersDeps, 'config' | 'projects'> & {
    store: ServerStore;
    service: Pick<ServerService, 'extend'>;
    present: Presenter;
  },
) {
  const { store, service, config, projects } = deps;

  async function find(id: string) {
    const record = await store.find(id);
    const name = record === null || record.endedAt !== null ? null : await projects.nameOf(record.projectId);
    if (record === null || name === null) throw new HttpError('app_not_running');
    const whose: Whose = record;
    const page = `${config.publicOrigin}/projects/${name}/jupyter`;
    const shown = ({ state, stopsAt, time, limits, use }: Server): LabServer => ({
      state,
      stopsAt,
      time,
      limits,
      use,
      project: { name, page },
    });
    return { whose, shown, state: shown(await deps.present(record)) };
  }

  return {
    find,
    isLive: async (id: string): Promise<boolean> => (await store.find(id))?.endedAt === null,

    /** Adds hours to its time, or with null takes its limit away; throws what `ServerService.extend` does. */
    async extend(id: string, hours: number | null): Promise<LabServer> {
      const { whose, shown } = await find(id);
      // A member has one live server in a project, so the one that is extended is this one.
      return shown(await service.extend(whose, hours));
    },
  };
}
