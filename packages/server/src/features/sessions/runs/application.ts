import type { Readable } from 'node:stream';
import type { ExecutorStream, SessionMetrics, SessionSample } from '@emberlab/contract';
import type { ListedExecutor } from '../metrics/executor-answers.ts';
import type { LogWish } from '../metrics/executor-log.ts';

/** What a run's Spark application does at the moment. */
export type RunSight = {
  readonly uiAvailable: boolean;
  readonly metrics: SessionMetrics | null;
  /** of the tasks of its stages; null: it computes nothing that is known */
  readonly progress: number | null;
  /** what is to be kept with the run; null: it is kept elsewhere */
  readonly sample: SessionSample | null;
  readonly executors: readonly ListedExecutor[];
};

/** Which log of which executor; `page`: where Spark said that it is shown, when it was last asked. */
export type ExecutorLogAsked = {
  readonly executor: string;
  readonly stream: ExecutorStream;
  readonly page: string | null;
  readonly wish: LogWish;
  readonly ended: () => boolean;
  readonly signal: AbortSignal;
};

/** The Spark application of a run, whichever runs it: the driver of its program, or the session of its notebook. */
export type RunApplication = {
  /** null: nothing is known of it (yet). */
  look(executionId: number): Promise<RunSight | null>;
  /** Also of one that has ended. Throws an `HttpError` that says why it can't be read. */
  executorLog(
    executionId: number,
    asked: ExecutorLogAsked,
  ): Promise<{ readonly from: number; readonly total: number; readonly text: Readable }>;
  /**
   * Lets its Spark UI be there for somebody, after its end once that is made from its event log: its target, and the path of its first page. null: it
   * is not up yet. Throws an `HttpError` that says why it can't be.
   */
  openUi(executionId: number, userId: string): Promise<{ readonly targetId: string; readonly path: string } | null>;
};
