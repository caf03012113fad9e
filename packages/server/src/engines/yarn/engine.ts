import { constants } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../../lib/clock.ts';
import { appendLine, tailLines } from '../../lib/log-file.ts';
import {
  EngineError,
  type Capacity,
  type ClusterHandle,
  type DriverExit,
  type DriverSpec,
  type Engine,
  type EngineFacts,
  type NamedEngine,
} from '../engine.ts';
import { createLocalEngine, type LocalEngineOptions } from '../local/engine.ts';
import { filesOf, wordIn, writeWord } from './files.ts';
import { ClusterFailure, createHelper, type HelperOptions, type Report } from './helper.ts';
import { queueOf, yarnFacts, type YarnPlaces } from './properties.ts';
import { engineError, exitOf, sentenceOf, waitingIn } from './sentences.ts';
import { createSubmit } from './submit.ts';

export type YarnOptions = YarnPlaces &
  Pick<HelperOptions, 'confDir' | 'user'> & {
    /** where agents on the cluster dial to */
    readonly agentUrl: string;
    /** the program that is the application; default: the driver agent's */
    readonly program?: string;
    /** the Python that asks YARN, on this machine */
    readonly helperPython: string;
  };

const defaultGraceMs = 5000;
/** A killed application is over once its machines have said so. */
const killedMs = 60_000;
const pollMs = 200;
/** Several ask for the same within a moment. */
const freshMs = 500;
const watchMs = 1000;
/** For so long an application that was handed over is asked for: nobody else would end it. */
const knownMs = 60_000;
const megabyte = 1024 ** 2;
/** What is brought of each log of an ended driver. */
const broughtBytes = 16 * megabyte;

/**
 * Drivers on YARN, in containers of the cluster. What names one is the id of its application; before it has one, a tag. Logs come here while they run through
 * their agents, and at their end from YARN.
 */
export function createYarnEngine(
  { confDir, user, helperPython, agentUrl, program, ...places }: YarnOptions,
  options: Omit<LocalEngineOptions, 'sparkMaster' | 'cluster' | 'mustBeAble' | 'warmStart'>,
): { readonly engine: Engine; readonly facts: EngineFacts; close(): Promise<void> } & Pick<NamedEngine, 'capacity'> {
  const { clock, sparkHome, sessionsFolder } = options;
  const graceMs = options.graceMs ?? defaultGraceMs;
  /** keeps what lies on this machine */
  const local = createLocalEngine({ ...options, sparkMaster: 'yarn' });
  const hadoop = { confDir, user };
  const helper = createHelper({ ...options, ...hadoop, python: helperPython, folder: tmpdir() });
  const submits = createSubmit({
    ...options,
    places,
    hadoop,
    agentUrl,
    helper,
    ...(program === undefined ? {} : { program }),
  });
  const closed = new AbortController();
  const reports = new Map<string, { at: number; report: Promise<Report | null> }>();

  /** What YARN says of an application; null: it knows none. Throws a `ClusterFailure`. */
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

  /** Whether an application is over for good. A cluster that does not answer has ended nothing. */
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

  const kill = async (application: string, patienceMs: number): Promise<void> => {
    // One that has told YARN how it ended is about to go.
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
  };

  /** The application of a session that goes on; null: there is none. Throws a `ClusterFailure`. */
  const runningOf = async (sessionId: number): Promise<string | null> => {
    const tag = await wordIn(filesOf(sessionsFolder, sessionId).tag);
    if (tag === null) return null;
    return (await helper.find(tag)).find((one) => !one.ended)?.id ?? null;
  };

  const mustBeAble = async (spec: DriverSpec): Promise<void> => {
    await access(join(sparkHome, 'bin/spark-submit'), constants.X_OK).catch((cause: unknown) => {
      throw new EngineError(`There is no Spark in ${sparkHome}. Please ask an administrator to install it.`, { cause });
    });
    const name = queueOf(places, spec.properties);
    if (!places.queues.includes(name)) {
      throw new EngineError(
        `The queue ${name} is none that this engine may use: ${places.queues.join(', ')}. Please choose one of these in the configuration.`,
      );
    }
    const queue = await helper.queue(name).catch((error: unknown) => {
      throw engineError(error, 'manager');
    });
    if (queue === null || !queue.leaf) {
      throw new EngineError(
        `YARN has no queue ${name} for applications. Please choose another one, or ask an administrator.`,
      );
    }
    if (!queue.running) {
      throw new EngineError(
        `The queue ${name} of YARN is stopped, and takes no applications. Please choose another one, or ask an administrator.`,
      );
    }
    await helper.fileSystem().catch((error: unknown) => {
      throw engineError(error, 'files');
    });
  };

  /** Waits for the end of a driver that this process has started. */
  const exitedOf = async (application: string): Promise<DriverExit> => {
    for (;;) {
      // Whoever comes after us asks anew.
      await delay(clock, watchMs, closed.signal).catch(() => new Promise<never>(() => undefined));
      const report = await reportOf(application).catch(() => undefined);
      if (report === null) return { code: null, signal: null };
      if (report?.ended === true) return exitOf(report);
    }
  };

  const engine: Engine = {
    ...local,

    async launch(spec) {
      const files = filesOf(sessionsFolder, spec.sessionId);
      await mustBeAble(spec);
      await rm(files.application, { force: true });
      try {
        await submits.submit(spec);
      } catch (error) {
        await appendSubmitLog(files);
        // It may have come through before what went wrong.
        const application = await runningOf(spec.sessionId).catch(() => null);
        if (application !== null) await kill(application, 0);
        await submits.clean(spec.sessionId);
        throw error instanceof EngineError
          ? error
          : new EngineError('The Spark driver could not be started. Please look at its log.', { cause: error });
      }
      const application = await applicationOf(files);
      await writeWord(files.application, application);
      await submits.clean(spec.sessionId);
      return { handle: { clusterId: application }, exited: exitedOf(application) };
    },

    async find(sessionId): Promise<ClusterHandle | null> {
      await submits.settled(sessionId);
      const application = await runningOf(sessionId).catch((error: unknown) => {
        throw engineError(error, 'manager');
      });
      if (application === null) return null;
      await writeWord(filesOf(sessionsFolder, sessionId).application, application);
      return { clusterId: application };
    },

    isAlive: async (handle) => ('clusterId' in handle ? !(await isOver(handle.clusterId)) : local.isAlive(handle)),

    kill: (handle, patienceMs = graceMs) =>
      'clusterId' in handle ? kill(handle.clusterId, patienceMs) : local.kill(handle, patienceMs),

    async clean(sessionId) {
      const files = filesOf(sessionsFolder, sessionId);
      const application = await wordIn(files.application);
      if (application !== null) {
        const bytes = broughtBytes;
        await helper
          .finish(application, { stdout: { file: files.stdout, bytes }, stderr: { file: files.stderr, bytes } })
          .catch((error: unknown) =>
            appendLine(files.stderr, `emberlab: The rest of this log did not come. ${sentenceOf(error, 'files')}`),
          );
      }
      await rm(files.application, { force: true });
      await rm(files.tag, { force: true });
      await submits.clean(sessionId);
    },

    async waitingFor(handle) {
      if (!('clusterId' in handle)) return null;
      const report = await reportOf(handle.clusterId);
      if (report === null || report.placed) return null;
      const [state, queue] = await Promise.all([helper.capacity(), helper.queue(report.queue)]);
      return waitingIn(report.queue, queue?.waiting ?? 0, state);
    },

    logsComeThroughAgent: true,

    batches: {
      ...local.batches,
      launch: async () => {
        throw new EngineError(
          'Programs of jobs do not run on YARN. Please choose another engine in the configuration of the job.',
        );
      },
    },
  };

  /** By its tag alone: what spark-submit prints is a member's, who could name another application there. */
  async function applicationOf(files: ReturnType<typeof filesOf>): Promise<string> {
    const tag = (await wordIn(files.tag)) ?? '';
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
  }

  async function appendSubmitLog(files: ReturnType<typeof filesOf>): Promise<void> {
    for (const line of await tailLines(files.submit, 200)) await appendLine(files.stderr, line);
  }

  return {
    engine,
    facts: yarnFacts(places),

    async capacity(): Promise<Capacity> {
      try {
        const { nodes, waiting } = await helper.capacity();
        const sum = (of: (node: (typeof nodes)[number]) => number) => nodes.reduce((all, one) => all + of(one), 0);
        return {
          problem:
            nodes.length > 0
              ? null
              : 'No machine takes part in the YARN cluster now: applications wait until one does.',
          workers: nodes.length,
          cores: { total: sum((node) => node.cores), used: sum((node) => node.busy) },
          memoryBytes: { total: sum((node) => node.memory) * megabyte, used: sum((node) => node.used) * megabyte },
          waiting,
        };
      } catch (error) {
        const nothing = { total: 0, used: 0 };
        return { problem: sentenceOf(error, 'manager'), workers: 0, cores: nothing, memoryBytes: nothing, waiting: 0 };
      }
    },

    close() {
      closed.abort();
      return helper.close();
    },
  };
}
