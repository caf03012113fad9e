import type { SessionRecord, Statement } from '../model.ts';
import type { Observed } from '../present.ts';

/** The version that clients compare as a string: this one passes all their checks. */
export const livyVersion = {
  url: 'https://emberlab.invalid/livy',
  branch: 'main',
  revision: 'emberlab',
  version: '0.9.0-incubating',
  date: '2026-01-01T00:00:00Z',
  user: 'emberlab',
};

/** A session with exactly Livy's keys: its Java client refuses others. */
export function presentLivySession(
  session: SessionRecord,
  options: { observed: Observed; log: readonly string[]; publicOrigin: string },
): Record<string, unknown> {
  const { request, application } = session;
  const page = `${options.publicOrigin}/projects/${session.project.name}/applications/${session.id}`;
  return {
    id: session.id,
    name: session.name,
    appId: application?.id ?? null,
    owner: session.owner.email,
    // sparkmagic shows this one where the key exists, so null would be shown as "None"
    proxyUser: session.owner.email,
    state: options.observed.state,
    kind: session.kind,
    appInfo: {
      driverLogUrl: application === null ? null : `${page}/log`,
      sparkUiUrl: application?.uiAvailable === true ? `${page}/ui` : null,
      executorLogUrls: null,
    },
    log: options.log,
    ttl: request.ttl,
    idleTimeout: request.idleTimeout,
    driverMemory: request.driverMemory,
    driverCores: request.driverCores ?? 0,
    executorMemory: request.executorMemory,
    executorCores: request.executorCores ?? 0,
    conf: request.conf,
    archives: request.archives,
    files: request.files,
    heartbeatTimeoutInSecond: session.heartbeatSeconds,
    jars: request.jars,
    numExecutors: request.numExecutors ?? 0,
    pyFiles: request.pyFiles,
    queue: request.queue,
  };
}

export const presentLivyStatement = (statement: Statement): Record<string, unknown> => ({
  id: statement.id,
  code: statement.code,
  state: statement.state,
  output: statement.output,
  progress: statement.progress,
  started: statement.startedAt,
  completed: statement.completedAt,
});
