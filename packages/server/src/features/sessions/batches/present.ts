import type { Batch } from '@emberlab/contract';
import type { Viewer } from '../../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';
import type { BatchRecord } from './model.ts';

/** A batch as the API answers it. */
export const presentBatch = (batch: BatchRecord, viewer: Viewer, revision: number | null): Batch => ({
  id: batch.id,
  name: batch.name,
  file: batch.request.file,
  state: batch.state,
  owner: { email: batch.owner.email, name: batch.owner.name },
  mine: batch.owner.id === viewer.userId,
  applicationId: batch.applicationId,
  revision,
  external: null,
  problem: batch.problem,
  createdAt: toInstant(batch.createdAt),
  endedAt: toInstantOrNull(batch.endedAt),
});

/** The same with exactly Livy's keys. */
export const presentForLivy = (batch: BatchRecord, log: readonly string[]): Record<string, unknown> => ({
  id: batch.id,
  name: batch.name,
  owner: batch.owner.email,
  proxyUser: batch.owner.email,
  state: batch.state,
  appId: batch.applicationId,
  appInfo: { driverLogUrl: null, sparkUiUrl: null, executorLogUrls: null },
  log,
});
