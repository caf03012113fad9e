import type { ProcessIdentity } from '../../../lib/process.ts';
import type { Taken } from '../../limits/index.ts';
import type { ExecutionRecord } from '../model.ts';

/** A run with all that it takes to begin it. */
export type PreparedRun = {
  readonly run: ExecutionRecord;
  /** absolute */
  readonly projectFolder: string;
  /** the Python of the environment's revision, absolute */
  readonly python: string;
  readonly arguments: readonly string[];
  /** what its process is told of the run */
  readonly environment: Readonly<Record<string, string>>;
};

/** How a run is. `lost`: nobody knows how it ended · `problem`: why, as a sentence. */
export type Seen =
  | { readonly state: 'starting' | 'running' | 'stopping'; readonly applicationId: string | null }
  | {
      readonly state: 'ended';
      readonly how: 'succeeded' | 'failed' | 'stopped' | 'lost';
      readonly problem: string | null;
      readonly applicationId: string | null;
      /** whether the Spark UI of its application can be shown from now on; absent: it can't */
      readonly uiKept?: boolean;
    };

/** Where the output of a run lies: one file, or two. */
export type RunLog = { readonly stdout: string; readonly stderr: string | null };

/** What runs the programs of runs. A run outlives the control plane; nothing in memory is needed to find one again. */
export type Runner = {
  /** What it takes beside its place among the runs. Throws a `RunProblem` for what can't be run. */
  demand(prepared: PreparedRun): Promise<Taken[]>;
  /** Writes down what it takes beside its place, before somebody else is let in: nothing that takes long. Throws a `RunProblem`. */
  book(prepared: PreparedRun): Promise<void>;
  /** Has it started, once: one that was begun stays as it is. Throws a `RunProblem`, with nothing left running, when it can't. */
  begin(prepared: PreparedRun): Promise<void>;
  /** null: it was never begun. */
  look(run: ExecutionRecord): Promise<Seen | null>;
  /** Lets it end; `look` says when it has. `hurried`: whose it is has lost the right to it. */
  stop(run: ExecutionRecord, hurried: boolean): Promise<void>;
  /** The first of its processes; null: there is none (yet), or no more. */
  processOf(run: ExecutionRecord): Promise<ProcessIdentity | null>;
  /** null: there is none (yet). */
  log(run: ExecutionRecord): Promise<RunLog | null>;
  /** Removes what an ended one has left, its log too. */
  forget(run: Pick<ExecutionRecord, 'id'>): Promise<void>;
};

/** A run that can't be begun. The message is a sentence for the user. */
export class RunProblem extends Error {
  override readonly name = 'RunProblem';
}
