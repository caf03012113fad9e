import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capacity, DriverSpec, Engine, EngineFacts, NamedEngine, Step } from '../engine.ts';
import { createLocalEngine, type LocalEngineOptions } from '../local/engine.ts';
import { agentFolder } from '../local/submit.ts';
import { createApplications } from './applications.ts';
import { createYarnBatches } from './batches.ts';
import { mustGoOn, unlessCalledOff } from './called-off.ts';
import { mustBeAble } from './checks.ts';
import { createEnvironments } from './environments.ts';
import { createYarnEventLogs } from './event-logs.ts';
import { filesOf as filesIn, wordIn, writeWord } from './files.ts';
import { createHelper, type HelperOptions } from './helper.ts';
import { createKeptExecutors } from './kept-executors.ts';
import { createLogs } from './logs.ts';
import { sessionProperties, yarnFacts, type YarnPlaces } from './properties.ts';
import { sentenceOf } from './sentences.ts';
import { createSubmit } from './submit.ts';

export type YarnOptions = YarnPlaces &
  Pick<HelperOptions, 'confDir' | 'kerberos' | 'proxyUser' | 'user'> & {
    /** where agents on the cluster dial to */
    readonly agentUrl: string;
    /** the folder on the cluster's file system for what Emberlab keeps there; null: one in the home of the user */
    readonly folder: string | null;
    /** the program that is the application of a session; default: the driver agent's */
    readonly program?: string;
    /** whose R runs on the cluster; default: that of its machines */
    readonly r?: 'machines' | 'packed';
    /** the Python that asks YARN, on this machine */
    readonly helperPython: string;
  };

export type YarnEngine = {
  readonly engine: Engine;
  readonly facts: EngineFacts;
  close(): Promise<void>;
} & Pick<NamedEngine, 'capacity'>;

const defaultGraceMs = 5000;
/** An idle driver that has not reached the control plane for so long ends itself. */
const orphanTimeoutSeconds = 3600;
const megabyte = 1024 ** 2;

/** What the cluster starts as the application of a session. */
const agentProgram = join(agentFolder, '../emberlab_session.py');

/**
 * Drivers on YARN, in containers of the cluster. What names one is the id of its application; before it has one, a tag. Logs come here while they run through
 * their agents, and at their end from YARN.
 */
export function createYarnEngine(
  {
    confDir,
    user,
    proxyUser,
    kerberos,
    helperPython,
    agentUrl,
    program,
    folder,
    r = 'machines',
    ...given
  }: YarnOptions,
  options: Omit<LocalEngineOptions, 'sparkMaster' | 'cluster' | 'mustBeAble'>,
): YarnEngine {
  const { clock, sparkHome } = options;
  const graceMs = options.graceMs ?? defaultGraceMs;
  /** keeps what lies on this machine */
  const local = createLocalEngine({ ...options, sparkMaster: 'yarn' });
  const places = { ...given, seenBy: proxyUser === undefined ? null : user };
  const hadoop = { confDir, user, kerberos, python: helperPython, ...(proxyUser === undefined ? {} : { proxyUser }) };
  const helper = createHelper({ ...options, ...hadoop, folder: tmpdir() });
  const applications = createApplications({ clock, helper });
  const submits = createSubmit({ ...options, hadoop, helper, applications });
  const environments = createEnvironments({
    ...places,
    clock,
    helper,
    folder,
    r,
    sparkrLibraries: [
      join(sparkHome, 'R/lib'),
      ...(typeof options.sparkrLibrary === 'string' ? [options.sparkrLibrary] : []),
    ],
  });
  const eventLogs = createYarnEventLogs({ helper, folder, maxBytes: options.eventLogBytes ?? 0 });
  const logs = createLogs({ clock, helper });
  const filesOf = (sessionId: number) => filesIn(options.sessionsFolder, sessionId);
  const parts = { helper, places, sparkHome };

  const handOver = async (spec: DriverSpec, tag: string, told: (step: Step) => void, signal?: AbortSignal) => {
    const files = filesOf(spec.sessionId);
    const { sessionId, kind, warmKinds, secret, appName } = spec;
    const agent = { sessionId, kind, warmKinds, secret, appName, orphanTimeoutSeconds, agentUrl };
    const settings = JSON.stringify({ ...agent, outputLimitBytes: options.outputLimitBytes });
    await writeFile(files.agent, settings, { mode: 0o600 });
    await helper.pack(agentFolder, files.package);
    const spark = await environments.bringSpark(told, signal);
    const python = await environments.bring(spec.python, told, signal);
    const r = await environments.bringR({ needed: spec.kind === 'sparkr' }, told, signal);
    mustGoOn(signal);
    const events = await eventLogs.prepare(files, tag);
    return {
      properties: sessionProperties(
        spec,
        places,
        { tag, python, r, spark, events },
        { package: files.package, settings: files.agent },
      ),
      command: [program ?? agentProgram, 'agent.json'],
    };
  };

  const engine: Engine = {
    ...local,

    async launch(spec, told = () => undefined, signal) {
      await unlessCalledOff(mustBeAble(spec.properties, parts), signal);
      return submits.begin(filesOf(spec.sessionId), spec, {
        what: String(spec.sessionId),
        make: (tag) => handOver(spec, tag, told, signal),
        signal,
      });
    },

    find: (sessionId) => submits.find(filesOf(sessionId), { ended: false }),

    isAlive: async (handle) =>
      'clusterId' in handle ? !(await applications.isOver(handle.clusterId)) : local.isAlive(handle),

    kill: (handle, patienceMs = graceMs) =>
      'clusterId' in handle ? applications.kill(handle.clusterId, patienceMs) : local.kill(handle, patienceMs),

    async clean(sessionId) {
      const files = filesOf(sessionId);
      const application = await wordIn(files.application);
      if (application !== null) {
        await logs.bring(application, files);
        await writeWord(files.ended, application);
      }
      await eventLogs.bring(files);
      await submits.cancelTokens(files);
      await rm(files.application, { force: true });
      await rm(files.tag, { force: true });
      await submits.clean(files);
    },

    waitingFor: async (handle) => ('clusterId' in handle ? applications.waitingFor(handle.clusterId) : null),

    logsComeThroughAgent: true,
    eventLogs: eventLogs.around(local.eventLogs, filesOf),

    keptExecutors: createKeptExecutors({
      helper,
      filesOf: ({ kind, id }) => filesIn(kind === 'session' ? options.sessionsFolder : options.batchesFolder, id),
    }),

    batches: createYarnBatches({
      ...parts,
      logs,
      applications,
      environments,
      eventLogs,
      submits,
      local: local.batches,
      folder: options.batchesFolder,
    }),
  };

  return {
    engine,
    facts: yarnFacts(places, { eventLogs: (options.eventLogBytes ?? 0) > 0 }),

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
      applications.close();
      logs.close();
      return helper.close();
    },
  };
}
