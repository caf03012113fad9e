import type { Batch, Session } from '@emberlab/contract';
import type { Viewer } from '../../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';
import { isOnPurpose } from '../state.ts';
import type { External, ExternalBatch, ExternalSession } from './model.ts';

/** A session on a project's Livy as the API answers it. `away`: that Livy has not answered for a while. */
export const presentExternal = (session: ExternalSession, viewer: Viewer, away: boolean): Session => ({
  id: session.id,
  kind: session.kind,
  state: away && session.endedAt === null ? 'recovering' : session.state,
  name: session.name,
  startedAhead: null,
  notebook: session.notebook,
  owner: { email: session.owner.email, name: session.owner.name },
  mine: session.owner.id === viewer.userId,
  applicationId: session.application.id,
  revision: null,
  uiAvailable: false,
  external: {
    livy: hostOf(session.livyUrl),
    sparkUiUrl: session.application.sparkUiUrl,
    driverLogUrl: session.application.driverLogUrl,
  },
  metrics: null,
  stopped: isOnPurpose(session.stopReason),
  problem: session.problem,
  createdAt: toInstant(session.createdAt),
  readyAt: toInstantOrNull(session.readyAt),
  endedAt: toInstantOrNull(session.endedAt),
});

/** Host and port of a Livy. */
export const hostOf = (livyUrl: string | null): string => (livyUrl === null ? '' : new URL(livyUrl).host);

/** The same for a batch. */
export const presentExternalBatch = (batch: ExternalBatch, viewer: Viewer): Batch => ({
  id: batch.id,
  name: batch.name,
  file: batch.request.file,
  state: batch.state,
  owner: { email: batch.owner.email, name: batch.owner.name },
  mine: batch.owner.id === viewer.userId,
  applicationId: batch.application.id,
  revision: null,
  external: { livy: hostOf(batch.livyUrl), sparkUiUrl: batch.application.sparkUiUrl },
  problem: batch.problem,
  createdAt: toInstant(batch.createdAt),
  endedAt: toInstantOrNull(batch.endedAt),
});

/** A session or batch with exactly Livy's keys, for its own client: our number, our owner, and what a Livy does not answer from the request. */
export function presentForLivy(external: External, log: readonly string[]): Record<string, unknown> {
  const { application, owner } = external;
  const common = {
    id: external.id,
    name: external.name,
    appId: application.id,
    owner: owner.email,
    // sparkmagic shows this one where the key exists
    proxyUser: owner.email,
    state: external.state,
    appInfo: { driverLogUrl: application.driverLogUrl, sparkUiUrl: application.sparkUiUrl, executorLogUrls: null },
    log,
  };
  if (external.type === 'batch') return common;
  const { heartbeatSeconds, ...request } = external.request;
  return {
    ...common,
    kind: external.kind,
    ...request,
    driverCores: request.driverCores ?? 0,
    executorCores: request.executorCores ?? 0,
    numExecutors: request.numExecutors ?? 0,
    heartbeatTimeoutInSecond: heartbeatSeconds,
  };
}
