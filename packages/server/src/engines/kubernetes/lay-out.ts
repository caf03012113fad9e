import { randomBytes } from 'node:crypto';
import { cp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mounted } from '../../kubernetes/data-volume.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { openPlain } from '../../lib/plain-file.ts';
import { removeTree } from '../../lib/trees.ts';
import type { DriverSpec } from '../engine.ts';
import { formatProperties, umaskOf } from '../local/properties.ts';
import { agentFolder } from '../local/submit.ts';
import type { Files } from './files.ts';
import { executorTemplate, type PodOptions } from './manifest.ts';
import { kubernetesProperties } from './properties.ts';
import { driverScript } from './script.ts';

/** An idle driver that has not reached the control plane for so long ends itself. */
const orphanTimeoutSeconds = 3600;

/** Removes all of its folder that only a driver needs. */
export async function clean(files: Files): Promise<void> {
  for (const folder of [files.scratch, files.program, files.executors]) await removeTree(folder);
  for (const file of [files.properties, files.script, files.template]) await rm(file, { force: true });
}

/** What a driver sees of the data folder: what it writes, and what it only reads. */
export const mountedOf = (
  files: Files,
  given: { dataDir: string; projectFolder: string; environment: Mounted['reads'] },
): Mounted => ({
  dataDir: given.dataDir,
  // What control reads and writes in the session's folder is not the driver's to change.
  reads: [{ folder: files.folder, at: files.folder }, ...given.environment],
  writes: [files.scratch, files.eventLogs, files.stdout, files.stderr, given.projectFolder],
});

/** What its executors see of it. */
const executorsSee = (
  files: Files,
  given: { dataDir: string; projectFolder: string; environment: Mounted['reads'] },
): Mounted => ({
  dataDir: given.dataDir,
  reads: [{ folder: files.executors, at: files.executors }, ...given.environment],
  writes: [files.executorLogs, given.projectFolder],
});

/** Makes room for a driver: nothing of a start that was given up, its logs, and its folders. */
export async function prepare(files: Files): Promise<void> {
  // Its driver could have put links there for what is written now.
  await clean(files);
  for (const folder of [files.folder, files.scratch, files.eventLogs, files.executors, files.executorLogs])
    await makePrivateFolder(folder);
  // A Pod finds what is there when it begins: each of these is mounted by itself.
  for (const log of [files.stdout, files.stderr]) await (await openPlain(log, 'make'))?.close();
}

const own = (path: string, content: string) => writeFile(path, content, { mode: 0o600 });

/** Puts the agent of a session there, with what it has to know. Answers what its driver runs. */
export async function putAgent(
  files: Files,
  { sessionId, kind, warmKinds, secret, appName }: DriverSpec,
  more: { readonly agentUrl: string; readonly outputLimitBytes: number },
): Promise<Program> {
  await cp(agentFolder, files.agentPackage, { recursive: true, preserveTimestamps: true });
  await cp(join(dirname(agentFolder), 'emberlab_session.py'), files.agentProgram);
  await own(
    files.agent,
    JSON.stringify({ sessionId, kind, warmKinds, secret, appName, orphanTimeoutSeconds, ...more }),
  );
  return { program: [files.agentProgram, files.agent] };
}

/** What a driver runs: its file and arguments, words for spark-submit, and variables of its own. */
export type Program = Pick<Parameters<typeof driverScript>[0], 'program' | 'words' | 'variables'>;

/** Puts the rest where a driver's Pod finds it. */
export async function putStart(
  spec: Pick<DriverSpec, 'appName' | 'projectFolder' | 'python' | 'properties'>,
  program: Program,
  options: Omit<PodOptions, 'mounted'> & {
    readonly files: Files;
    readonly dataDir: string;
    readonly environment: Mounted['reads'];
    readonly eventLogBytes: number;
    readonly javaOptions: string | undefined;
  },
): Promise<void> {
  const { files, places, dataDir, environment } = options;
  await own(files.secret, randomBytes(32).toString('base64url'));
  await own(
    files.template,
    JSON.stringify(
      executorTemplate({
        ...options,
        logs: files.executorLogs,
        mounted: executorsSee(files, { dataDir, environment, projectFolder: spec.projectFolder }),
      }),
    ),
  );
  const properties = kubernetesProperties(spec, {
    places,
    pod: options.name,
    template: files.template,
    secret: files.secret,
    eventLogs: options.eventLogBytes > 0 ? files.eventLogs : null,
    javaOptions: options.javaOptions,
  });
  await own(files.properties, formatProperties(properties));
  await own(
    files.script,
    driverScript({
      ...program,
      sparkHome: places.sparkInImage,
      python: spec.python,
      properties: files.properties,
      cwd: spec.projectFolder,
      umask: umaskOf(properties),
      stdout: files.stdout,
      stderr: files.stderr,
    }),
  );
}
