import { z } from 'zod';
import type { LivyRunAs, SessionKind } from '@emberlab/contract';
import type { Reach } from '../../../lib/reach.ts';
import { batchRequest } from '../batches/model.ts';
import { sessionRequest } from '../model.ts';
import type { StopReason } from '../state.ts';

/** A Livy server of a project. `secret` null: there is none, or it can't be read any more. */
export type LivyServer = {
  readonly id: string;
  readonly projectId: string;
  /** without a slash at the end */
  readonly url: string;
  readonly login: 'none' | 'basic' | 'bearer';
  readonly user: string | null;
  readonly secret: string | null;
  readonly runAs: LivyRunAs;
  readonly setByAdmin: boolean;
  readonly changedAt: number;
};

/** How a Livy server is asked. */
export type Upstream = { readonly url: string; readonly authorization: string | null; readonly reach: Reach };

export type ExternalType = 'session' | 'batch';

/** What a client asked for, checked; kept because not every Livy answers all of it. */
export const externalSessionRequest = sessionRequest.extend({ heartbeatSeconds: z.number() });
export const externalBatchRequest = batchRequest;
export type ExternalSessionRequest = z.infer<typeof externalSessionRequest>;
export type ExternalBatchRequest = z.infer<typeof externalBatchRequest>;

/** What a Livy says of the Spark application. The links are http or https, and lead to where it says: nothing proxies them. */
export type ExternalApplication = {
  readonly id: string | null;
  readonly sparkUiUrl: string | null;
  readonly driverLogUrl: string | null;
};

/** A session or batch on a project's Livy, as its row says. Times in milliseconds since the epoch. */
type ExternalRow<T extends ExternalType, K, R> = {
  readonly type: T;
  /** ours */
  readonly id: number;
  readonly project: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string; readonly name: string };
  /** null: its server is forgotten */
  readonly livyId: string | null;
  readonly livyUrl: string | null;
  /** its id there; null: not known (yet) */
  readonly externalId: number | null;
  readonly externalName: string;
  readonly kind: K;
  readonly name: string | null;
  readonly notebook: string | null;
  readonly state: ExternalState;
  readonly stopReason: StopReason | null;
  readonly request: R;
  readonly idempotencyKey: string | null;
  readonly application: ExternalApplication;
  readonly problem: string | null;
  readonly createdAt: number;
  readonly readyAt: number | null;
  readonly endedAt: number | null;
};
export type ExternalSession = ExternalRow<'session', SessionKind, ExternalSessionRequest>;
export type ExternalBatch = ExternalRow<'batch', null, ExternalBatchRequest>;
export type External = ExternalSession | ExternalBatch;

/** Livy's words, and none beside them: clients know no others. */
export const externalStates = [
  'not_started',
  'starting',
  'recovering',
  'idle',
  'running',
  'busy',
  'shutting_down',
  'error',
  'dead',
  'killed',
  'success',
] as const;
export type ExternalState = (typeof externalStates)[number];

/** Whether nothing of it runs any more, and nothing will. */
export const isFinal = (state: ExternalState): boolean => ['dead', 'killed', 'success'].includes(state);
