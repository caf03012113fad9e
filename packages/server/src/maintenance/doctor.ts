import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { checkDisk, checkPermissions } from './checks/data.ts';
import { checkDatabase } from './checks/database.ts';
import { checkImages } from './checks/images.ts';
import { checkCgroups, checkMemory, checkNode, checkOpenFiles, checkTime } from './checks/machine.ts';
import { checkCertificate, checkListening, checkOrigins, checkServed } from './checks/network.ts';
import { checkJava, checkPython, checkSetUp, checkSpark } from './checks/programs.ts';
import { problem, type Finding } from './finding.ts';

/** Looks at the machine, the settings and the data, changes nothing, and tells finding after finding. */
export async function* examine(config: Config, clock: Clock): AsyncGenerator<Finding> {
  yield checkNode();
  if (existsSync(config.dataDir)) {
    yield* await safely('Data folder', () => checkPermissions(config));
    yield* await safely('Disk', () => checkDisk(config));
    yield* await safely('Database', () => checkDatabase(config, clock.now()));
  } else {
    yield problem(
      'Data folder',
      `There is no data folder ${config.dataDir}.`,
      'It is made by the first ./start; another one is named with --data or EMBERLAB_DATA.',
    );
  }
  yield* await safely('Python', () => checkPython(config));
  yield* await safely('Java', () => checkJava(config));
  yield* await safely('Spark', () => checkSpark(config));
  yield* await safely('Set-up', () => checkSetUp(config));
  yield* await safely('Port', () => checkListening(config));
  yield* await safely('Addresses', () => checkOrigins(config));
  yield* await safely('Certificate', () => checkCertificate(config, clock.now()));
  yield checkMemory();
  yield* await safely('Open files', () => checkOpenFiles());
  yield* await safely('Cgroups', () => checkCgroups(config));
  yield* await safely('Images', () => checkImages(config));
  yield* await safely('Time', checkTime);
}

/** The same of a platform that runs, without what it would not run without, and without what takes long. */
export async function* examineRunning(config: Config, clock: Clock): AsyncGenerator<Finding> {
  yield* await safely('Disk', () => checkDisk(config));
  yield* await safely('Spark', () => checkSpark(config));
  yield* await safely('Java', () => checkJava(config));
  yield* await safely('Python', () => checkPython(config));
  yield* await safely('Port', () => checkServed(config));
  yield* await safely('Addresses', () => checkOrigins(config));
  yield* await safely('Certificate', () => checkCertificate(config, clock.now()));
  yield* await safely('Permissions', () => checkPermissions(config));
  yield checkMemory();
  yield* await safely('Open files', () => checkOpenFiles());
  yield* await safely('Cgroups', () => checkCgroups(config));
  yield* await safely('Images', () => checkImages(config));
  yield* await safely('Time', checkTime);
}

/** A check that fails itself has found something, and the others go on. */
async function safely(about: string, check: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [problem(about, `This could not be looked at: ${reason}.`, 'Please see whether this user may read it.')];
  }
}
