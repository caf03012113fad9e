import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { writeFileAtomic } from '../../lib/files.ts';
import { appendLine } from '../../lib/log-file.ts';
import { removeTree } from '../../lib/trees.ts';
import { EngineError, type BatchEngine, type BatchSpec, type DriverExit, type Step } from '../engine.ts';
import type { LocalBatches } from '../local/batches.ts';
import type { Applications } from './applications.ts';
import { mustGoOn, unlessCalledOff } from './called-off.ts';
import { mustBeAble } from './checks.ts';
import type { Environments } from './environments.ts';
import type { YarnEventLogs } from './event-logs.ts';
import { filesOf as filesIn, wordIn } from './files.ts';
import type { Helper } from './helper.ts';
import { throughYarn } from './launch-script.ts';
import type { YarnLogs } from './logs.ts';
import { batchProperties, type YarnPlaces } from './properties.ts';
import { engineError, exitOf } from './sentences.ts';
import type { Submit } from './submit.ts';

export type YarnBatchesOptions = {
  /** keeps what lies on this machine */
  readonly local: LocalBatches;
  /** the folder of all batches; each gets one of its own in it, named by its id */
  readonly folder: string;
  readonly sparkHome: string;
  readonly places: YarnPlaces;
  readonly helper: Helper;
  readonly applications: Applications;
  readonly environments: Environments;
  readonly eventLogs: YarnEventLogs;
  readonly logs: YarnLogs;
  readonly submits: Submit;
};

/** Programs as applications of their own, in Spark's cluster mode. Nothing of ours runs beside them, so their logs come when they have ended. */
export function createYarnBatches(options: YarnBatchesOptions): BatchEngine {
  const { applications, eventLogs, local, logs, submits } = options;
  const filesOf = (batchId: number) => filesIn(options.folder, batchId);

  /** Spark puts the name of a script into a shell's words as it is. */
  const isPlain = (file: string) =>
    /^[a-z][a-z\d+.-]*:/i.test(file) || /\.jar$/i.test(file) || /^[\w.-]+$/.test(basename(file));

  const handOver = async (spec: BatchSpec, tag: string, told: (step: Step) => void, signal?: AbortSignal) => {
    const files = filesOf(spec.batchId);
    const copied = join(files.scratch, `program${extname(spec.file)}`);
    const spark = await options.environments.bringSpark(told, signal);
    const python = await options.environments.bring(spec.python, told, signal);
    mustGoOn(signal);
    const events = await eventLogs.prepare(files, tag);
    return {
      properties: batchProperties(spec, options.places, { tag, python, spark, events }),
      ...(isPlain(spec.file) ? {} : { copy: { from: spec.file, to: copied } }),
      command: [
        ...(spec.className === null ? [] : ['--class', spec.className]),
        isPlain(spec.file) ? spec.file : copied,
        ...spec.args.map((text) => throughYarn(text, 'arguments')),
      ],
    };
  };

  const exitKept = async (batchId: number): Promise<DriverExit | null> => {
    const text = await wordIn(filesOf(batchId).exit);
    return text === null ? null : (JSON.parse(text) as DriverExit);
  };

  const exitNow = async (batchId: number): Promise<DriverExit | null> => {
    const application = await wordIn(filesOf(batchId).application);
    const report = application === null ? null : await applications.reportOf(application);
    return report?.ended === true ? exitOf(report) : null;
  };

  return {
    ...local,

    async launch(spec, told = () => undefined, signal) {
      const files = filesOf(spec.batchId);
      await unlessCalledOff(mustBeAble(spec.properties, options), signal);
      if (/\.r$/i.test(spec.file)) {
        throw new EngineError('R scripts do not run on YARN. Please choose another engine in the configuration.');
      }
      const { handle, exited } = await submits.begin(files, spec, {
        what: `batch-${spec.batchId}`,
        make: (tag) => handOver(spec, tag, told, signal),
        signal,
      });
      await appendLine(
        files.stderr,
        `emberlab: YARN has the program as ${handle.clusterId}. Its log comes when it has ended.`,
      );
      return { handle, exited };
    },

    eventLogs: eventLogs.around(local.eventLogs, filesOf),

    find: (batchId) => submits.find(filesOf(batchId), { ended: true }),

    async exitOf(batchId) {
      return (await exitKept(batchId)) ?? exitNow(batchId).catch(() => null);
    },

    applicationOf: (batchId) => wordIn(filesOf(batchId).application),

    // Nothing of ours is beside the program that could lead there.
    uiOf: async () => null,

    async clean(batchId) {
      const files = filesOf(batchId);
      const application = await wordIn(files.application);
      if (application !== null && (await exitKept(batchId)) === null) {
        // Who was there sees how it ended, and so do those who come when YARN has forgotten it.
        const exit = await exitNow(batchId).catch((error: unknown) => {
          throw engineError(error, 'manager');
        });
        await logs.bring(application, files);
        if (exit !== null) await writeFileAtomic(files.exit, JSON.stringify(exit));
      }
      await eventLogs.bring(files);
      await submits.cancelTokens(files);
      await submits.clean(files);
      if (application === null) await rm(files.tag, { force: true });
    },

    forget: (batchId) => removeTree(filesOf(batchId).folder),
  };
}
