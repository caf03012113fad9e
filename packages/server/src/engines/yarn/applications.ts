import { delay, type Clock } from '../../lib/clock.ts';
import { EngineError, type DriverExit } from '../engine.ts';
import { ClusterFailure, type Report } from './answers.ts';
import type { Helper } from './helper.ts';
import { engineError, exitOf, waitingIn } from './sentences.ts';

/** A killed application is over once its machines have said so. */
const killedMs = 60_000;
const pollMs = 200;
/** Several ask for the same within a moment. */
const freshMs = 500;
const watchMs = 1000;
/** For so long an application that was handed over is asked for: nobody else would end it. */
const knownMs = 60_000;

export type Applications = ReturnType<typeof createApplications>;

/** What YARN says of applications, and how they are ended. */
export function createApplications({
  clock,
  helper,
}: {
  readonly clock: Clock;
  readonly helper: Pick<Helper, 'capacity' | 'find' | 'kill' | 'queue' | 'report'>;
}) {
  const closed = new AbortController();
  const reports = new Map<string, { at: number; report: Promise<Report | null> }>();

  /** What YARN says of one; null: it knows none. Throws a `ClusterFailure`. */
  const reportOf = (application: string): Promise<Report | null> => {
    const now = clock.now();
    const known = reports.get(application);
    if (known !== undefined && now - known.at < freshMs) return known.report;
    const report = helper.report(application).catch((error: unknown) => {
      if (error instanceof ClusterFailure && error.kind === 'gone') return null;
      throw error;
    });
    for (const [one, { at }] of reports) if (now - at >= freshMs) reports.delete(one);
    reports.set(application, { at: now, report });
    return report;
  };

  /** Whether one is over for good. A cluster that does not answer has ended nothing. */
  const isOver = async (application: string): Promise<boolean> => {
    try {
      return (await reportOf(application))?.ended ?? true;
    } catch {
      return false;
    }
  };

  const untilOver = async (application: string, ms: number): Promise<boolean> => {
    for (const deadline = clock.now() + ms; !(await isOver(application));) {
      if (clock.now() >= deadline) return false;
      await delay(clock, pollMs);
    }
    return true;
  };

  return {
    reportOf,
    isOver,

    /** Ends one, at once or when it has told YARN how it ended and does not go within that time. Throws an `EngineError`. */
    async kill(application: string, patienceMs: number): Promise<void> {
      const isGoing = await reportOf(application).then(
        (report) => report !== null && report.final !== 'UNDEFINED',
        () => false,
      );
      if (isGoing && (await untilOver(application, patienceMs))) return;
      await helper.kill(application).catch((error: unknown) => {
        if (!(error instanceof ClusterFailure && error.kind === 'gone')) throw engineError(error, 'manager');
      });
      if (await untilOver(application, killedMs)) return;
      throw new EngineError(`YARN has not ended ${application} within ${killedMs / 1000} s.`);
    },

    /** Waits for the end of one that this process has started. */
    async exitedOf(application: string): Promise<DriverExit> {
      for (;;) {
        // Whoever comes after us asks anew.
        await delay(clock, watchMs, closed.signal).catch(() => new Promise<never>(() => undefined));
        const report = await reportOf(application).catch(() => undefined);
        if (report === null) return { code: null, signal: null };
        if (report?.ended === true) return exitOf(report);
      }
    },

    /**
     * The application with a tag, which was handed over a moment ago. By its tag alone: what spark-submit prints is a member's, who could name another one
     * there. Throws an `EngineError`.
     */
    async tagged(tag: string): Promise<string> {
      for (const deadline = clock.now() + knownMs; ;) {
        const found = await helper.find(tag).catch((error: unknown) => {
          if (clock.now() >= deadline) throw engineError(error, 'manager');
          return [];
        });
        if (found[0] !== undefined) return found[0].id;
        if (clock.now() >= deadline)
          throw new EngineError('YARN does not know the application that it was given. Please try again.');
        await delay(clock, pollMs);
      }
    },

    /** As for the engine. */
    async waitingFor(application: string): Promise<string | null> {
      const report = await reportOf(application);
      if (report === null || report.placed || report.ended) return null;
      const [state, queue] = await Promise.all([helper.capacity(), helper.queue(report.queue, application)]);
      return waitingIn(report.queue, queue, state);
    },

    /** aborted when nothing is to go on any more */
    closed: closed.signal,
    close: () => closed.abort(),
  };
}
