import type { DriverExit } from '../../engines/engine.ts';
import type { Statement, StatementOutput } from './model.ts';
import type { StopReason } from './state.ts';

const outOfMemory =
  'The Spark driver ran out of memory. Please give it more "Driver memory", or let less data come to the driver.';
const killed =
  'The Spark driver was killed; most often that is because the machine ran out of memory. Please use less memory, or ask an administrator.';

/** Spark's own exit code for an OutOfMemoryError: `SparkExitCode.OOM`. */
const sparkOutOfMemory = 52;
const maxQuoted = 300;

/** Why a driver ended that nobody had asked to, as a sentence. `exit` is null when it is not known: it ended while no one watched. `tail`: its last lines. */
export function describeEnd(options: { exit: DriverExit | null; ready: boolean; tail: readonly string[] }): string {
  const { exit, ready, tail } = options;
  if (exit?.code === sparkOutOfMemory || tail.some((line) => /OutOfMemoryError|Java heap space/.test(line)))
    return outOfMemory;
  if (exit?.said !== undefined) return exit.said;
  // 137 is 128 + SIGKILL: spark-submit reports so that its Python was killed
  if (exit?.signal === 'SIGKILL' || exit?.code === 137) return killed;
  const how =
    exit === null ? '' : exit.signal === null ? ` with exit code ${exit.code}` : ` by the signal ${exit.signal}`;
  const cause = causeIn(tail);
  const quote = cause === null ? ' Its log says more.' : ` Its log says: ${cause}`;
  return `The Spark driver ended${how}${ready ? '.' : ' before it was ready.'}${quote}`;
}

/** Lines that tell no cause: of a trace, of the JVM about itself, of a log about what goes as it should, what Spark says of a program's exit code, and what the JVM says beside the reason why it does not start. */
const noise =
  /^at |^WARNING: |^(\S+ ){1,2}(INFO|DEBUG|TRACE) |User application exited with |^Error occurred during initialization of VM$|^Error: (Could not create the Java Virtual Machine|A fatal exception has occurred)/;
/** What the JVM says of a size that it can't have. */
const badSize = /^(too small|invalid|could not reserve)\b.*\b(heap|size|space)\b/i;

/** The line that most likely names the cause: the last that speaks of an error, else the last with text. */
export function causeIn(tail: readonly string[]): string | null {
  const lines = tail.map((line) => line.trim()).filter((line) => line !== '' && !noise.test(line));
  const says = (text: string) => badSize.test(text) || /exception|error|caused by|not found|no such/i.test(text);
  const line = lines.findLast(says) ?? lines.at(-1);
  if (line === undefined) return null;
  return line.length > maxQuoted ? `${line.slice(0, maxQuoted)}…` : line;
}

/** Why what somebody ran was ended: for sessions and batches alike. */
export const leftProject = 'Its owner may not run anything in the project any more.';
export const projectClosed = 'The project was archived or deleted.';

/** Sentences for sessions that were ended on purpose; null where nobody needs one. */
export function describeStop(reason: StopReason, heartbeatSeconds: number): string | null {
  const sentences: Partial<Record<StopReason, string>> = {
    expired: `Its notebook was not heard of for ${heartbeatSeconds} s, so the application was stopped.`,
    server: 'Its Jupyter server was stopped.',
    member: leftProject,
    project: projectClosed,
  };
  return sentences[reason] ?? null;
}

/** What clients show of a log beside the cause: as many lines as Livy has in a session's answer. */
const shownLines = 10;
const maxShownLine = 1000;

/**
 * The output of a statement whose driver is gone. One that ran has the driver's last lines (`tail`) for its trace. It is an error and not a
 * cancellation, also for one that never ran: there are clients that wait for an output for ever. One that was being cancelled has what its client
 * asked for, so it gets none.
 */
export function lastOutput(
  statement: Statement,
  options: { onPurpose: boolean; problem: string | null; tail: readonly string[] },
): StatementOutput {
  const waited = statement.state === 'waiting';
  const lines = options.onPurpose || waited ? [] : options.tail.slice(-shownLines);
  return {
    status: 'error',
    execution_count: statement.id,
    ename: options.onPurpose ? 'SessionStopped' : 'DriverEnded',
    evalue: `${waited ? 'This statement did not run. ' : ''}${options.problem ?? 'The Spark application was stopped.'}`,
    traceback: lines.map((line) => `${line.length > maxShownLine ? `${line.slice(0, maxShownLine)}…` : line}\n`),
  };
}
