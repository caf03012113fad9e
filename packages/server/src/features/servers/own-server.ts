import type { LabServer, LabSession, Server, Session } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ServersDeps } from './deps.ts';
import type { Presenter } from './present.ts';
import type { ServerService, Whose } from './service.ts';
import type { ServerStore } from './store.ts';

export type OwnServer = ReturnType<typeof createOwnServer>;

/** A server as its own pages know it: by its id. Each call throws `app_not_running` once it has ended. */
export function createOwnServer(
  deps: Pick<ServersDeps, 'config' | 'projects' | 'sessionsOf' | 'stopSession'> & {
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
    const project = `${config.publicOrigin}/projects/${name}`;
    const sessions = async (): Promise<LabSession[]> =>
      (await deps.sessionsOf(id, whose)).map((session) => shownSession(session, project));
    const shown = ({ state, stopsAt, time, limits, use }: Server, all: LabSession[]): LabServer => ({
      state,
      stopsAt,
      time,
      limits,
      use,
      project: { name, page: `${project}/jupyter` },
      sessions: all,
    });
    return { whose, shown, sessions, state: shown(await deps.present(record), await sessions()) };
  }

  return {
    find,
    isLive: async (id: string): Promise<boolean> => (await store.find(id))?.endedAt === null,

    /** Adds hours to its time, or with null takes its limit away; throws what `ServerService.extend` does. */
    async extend(id: string, hours: number | null): Promise<LabServer> {
      const { whose, shown, state } = await find(id);
      // A member has one live server in a project, so the one that is extended is this one.
      return shown(await service.extend(whose, hours), state.sessions);
    },

    /** Ends one of its Spark sessions. Throws `not_found` for any other. */
    async stopSession(id: string, sessionId: number): Promise<LabServer> {
      const { whose, state } = await find(id);
      if (!state.sessions.some((one) => one.id === sessionId)) throw new HttpError('not_found');
      await deps.stopSession(whose, sessionId);
      return (await find(id)).state;
    },
  };
}

const shownSession = (session: Session, project: string): LabSession => ({
  id: session.id,
  notebook: session.notebook,
  state: session.state,
  stopped: session.stopped,
  executors: session.metrics?.executors ?? null,
  activeJob: session.metrics?.activeJob ?? null,
  uiAvailable: session.uiAvailable,
  page: `${project}/applications/${session.id}`,
});
