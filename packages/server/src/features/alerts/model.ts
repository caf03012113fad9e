import type { AlertDelivery, AlertEvent, DeliveryState, ExecutionState } from '@emberlab/contract';

/** Something has come to pass with a run of a job. Times are ms since the epoch. */
export type JobEvent = {
  readonly projectId: string;
  readonly job: { readonly id: number; readonly name: string };
  readonly execution: {
    readonly id: number;
    readonly state: ExecutionState;
    readonly reason: string | null;
    readonly startedAt: number | null;
    readonly endedAt: number | null;
  };
  readonly event: AlertEvent;
};

/** A run that has ended, as jobs tell of it. */
export type EndedRun = {
  readonly id: number;
  readonly project: { readonly id: string };
  /** null: the job has been deleted */
  readonly jobId: number | null;
  readonly frozen: { readonly name: string };
  readonly state: ExecutionState;
  readonly reason: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};

/** A run that is running now, since `startedAt`. */
export type RunningExecution = Omit<JobEvent, 'event'> & { readonly execution: { readonly startedAt: number } };

/** What alerts ask of jobs. */
export type JobsForAlerts = {
  /** whether the project has this job */
  hasJob(projectId: string, jobId: number): Promise<boolean>;
  /** all that is running */
  running(): Promise<readonly RunningExecution[]>;
};

/** A webhook's secrets: one that was replaced is good for a while longer. */
export type WebhookSecrets = {
  readonly current: string;
  readonly former: { readonly secret: string; readonly until: number } | null;
};

/** Where a receiver is. `sealed` null: it can't be read any more, since the key was lost. */
export type Target =
  | {
      readonly type: 'webhook';
      readonly origin: string;
      readonly sealed: { readonly url: string; readonly secrets: WebhookSecrets } | null;
    }
  | { readonly type: 'email'; readonly addresses: readonly string[] };

export type Receiver = {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly target: Target;
  readonly createdAt: number;
};

export type Delivery = {
  readonly id: string;
  readonly projectId: string;
  readonly event: AlertDelivery['event'];
  readonly state: DeliveryState;
  readonly receiver: AlertDelivery['receiver'];
  readonly job: AlertDelivery['job'];
  readonly execution: number | null;
  /** the message as JSON: exactly what a webhook gets, in every attempt */
  readonly body: string;
  /** of e-mail: the addresses that it has not reached; null: all */
  readonly left: readonly string[] | null;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly code: number | null;
  readonly answer: string | null;
  readonly problem: string | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
};

/**
 * What came of an attempt. `problem` is a sentence for people; `code` and `answer` are the receiver's. `wantsMs`: for how long it wants to be left alone.
 * `left`: the addresses that another attempt may reach.
 */
export type Outcome = { readonly code: number | null; readonly answer: string | null } & (
  | { readonly ok: true; readonly problem: string | null }
  | { readonly ok: false; readonly again: false; readonly problem: string }
  | {
      readonly ok: false;
      readonly again: true;
      readonly problem: string;
      readonly wantsMs?: number | null;
      readonly left?: readonly string[];
    }
);

/** Sends a delivery to where its receiver is. Never throws, but for what is a mistake of ours or when `signal` aborts. */
export type Send = (delivery: Delivery, target: Target, signal: AbortSignal) => Promise<Outcome>;
