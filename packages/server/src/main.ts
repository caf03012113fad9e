import { parseArgs } from 'node:util';
import type { Config } from './config.ts';
import { redact } from './lib/redact.ts';
import { tidyMemoryAtRest } from './lib/tidy-memory.ts';
import { FatalError, type ChildMessage, type ParentMessage } from './supervise/messages.ts';

/**
 * The only place with signals and exit codes: argv → settings → role → listen. `supervise` (what `./start` runs) sets up and runs the other two;
 * `control` and `edge` may also be run apart, by systemd for example.
 */
const usage = `Usage: ./start [options]

Sets up what is missing, then serves Emberlab until it is told to stop (Ctrl+C).

  --port N        port of the web page and the API (default 8080)
  --host ADDRESS  address to listen on (default 127.0.0.1)
  --data FOLDER   where everything is kept (default ~/.emberlab)
  --no-apt        never install Debian packages; name what is missing instead
  --set-up-only   set up, then end
  -h, --help      this text

Every setting can be given as EMBERLAB_NAME in the environment or in emberlab.toml in the data folder: see docs/reference/settings.md.
`;

/** `lost`: resolves with the reason when it may not go on. */
type Running = { close(): Promise<void>; readonly lost?: Promise<string> };

/** Exit codes: 0 asked to stop, 1 something failed, 2 the command or the settings are wrong. */
function exitWith(error: unknown): never {
  const wrongSettings = error instanceof Error && error.name === 'ConfigError';
  const forPeople = wrongSettings || error instanceof FatalError;
  process.stderr.write(
    `${redact(forPeople ? error.message : error instanceof Error ? String(error.stack) : String(error))}\n`,
  );
  process.exit(wrongSettings ? 2 : 1);
}

/** The settings: from the supervisor, where there is one. Reading them takes a schema library, which the edge does not need otherwise. */
async function settings(): Promise<Config> {
  if (process.send === undefined) return (await import('./config.ts')).readConfig(process.env);
  return new Promise((resolve) => {
    process.once('message', (message: ParentMessage) => resolve(message.config));
  });
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process by force. */
function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const stop = () => {
      if (told) process.exit(1);
      told = true;
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    // Under a supervisor: without it nobody would end us, and a second one would find the port taken.
    if (process.send !== undefined) process.on('disconnect', stop);
  });
}

async function runChild(role: 'control' | 'edge'): Promise<void> {
  const tell = (message: ChildMessage) => void process.send?.(message);
  const stopped = untilToldToStop();
  const config = await settings();
  tidyMemoryAtRest();
  let running: Running;
  try {
    if (role === 'edge') {
      const { startEdge } = await import('./roles/edge.ts');
      running = await startEdge(config, tell);
    } else {
      const { startControl } = await import('./roles/control.ts');
      running = await startControl(config, tell, stopped);
    }
  } catch (error) {
    if (!(error instanceof FatalError) || process.send === undefined) exitWith(error);
    tell({ type: 'fatal', message: error.message });
    await stopped;
    process.exit(1);
  }
  const lost = await Promise.race([stopped.then(() => null), ...(running.lost === undefined ? [] : [running.lost])]);
  if (lost !== null) {
    // At once: whatever it would still write, another may be writing by now.
    process.stderr.write(`${role} ends, and begins again: ${lost}\n`);
    process.exit(1);
  }
  await running.close();
  process.exit(0);
}

async function runSupervisor(args: string[]): Promise<void> {
  // A terminal that is closed, or a pipe whose reader has gone, ends nothing.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      'no-apt': { type: 'boolean' },
      'set-up-only': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  const overrides = Object.fromEntries(
    (['port', 'host', 'data'] as const).flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
  const { readConfig } = await import('./config.ts');
  const config = readConfig(process.env, overrides);
  const { setUp } = await import('./setup/set-up.ts');
  const { claimDataFolder, joinReplicas } = await import('./supervise/claim.ts');
  const { checkDataFolder } = await import('./setup/preflight.ts');
  await checkDataFolder(config.dataDir, false);
  let release = await claimDataFolder(config, { beside: config.replicas });
  try {
    const willServe = values['set-up-only'] !== true;
    await setUp(config, {
      mayInstall: values['no-apt'] !== true,
      willServe,
      say: (text) => void process.stdout.write(text),
    });
    if (willServe && config.replicas) {
      // Set-up is done alone; the next one may begin with its own.
      const [alone, leave] = [release, await joinReplicas(config)];
      release = leave;
      await alone();
    }
    if (willServe) await serve(config);
    else if (config.classArchive) await makeClassArchive(config);
  } finally {
    await release();
  }
}

/** What control does in the background otherwise: here nobody waits for a page. */
async function makeClassArchive(config: Config): Promise<void> {
  const { openLog } = await import('./roles/log.ts');
  const { createLocalSpark } = await import('./local-spark.ts');
  const { classArchive } = await createLocalSpark(config, await openLog(config, 'control'));
  if (await classArchive.find()) return;
  const begun = performance.now();
  process.stdout.write("Archive of Spark's classes …");
  // The run that makes it is detached, and would not keep us.
  const stay = setInterval(() => undefined, 60_000);
  await classArchive.prepare(new AbortController().signal);
  clearInterval(stay);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const outcome = (await classArchive.find())
    ? `${seconds} s`
    : `could not be made; ${config.paths.logs}/control.log says why`;
  process.stdout.write(` ${outcome}\n`);
}

/** Runs control and edge until told to stop. Throws a `FatalError` when one can't serve. */
async function serve(config: Config): Promise<void> {
  const { supervise } = await import('./supervise/supervise.ts');
  const supervisor = supervise({
    entry: import.meta.filename,
    config,
    onRestart: (role, code) =>
      void process.stderr.write(
        `${role} ended (${code}) and is started again; ${config.paths.logs}/${role}.log may say why.\n`,
      ),
    onWait: (sentence) => void process.stdout.write(`${sentence}\n`),
  });
  const stopped = untilToldToStop();
  try {
    const served = await Promise.race([supervisor.ready, stopped]);
    if (served === undefined) return;
    process.stdout.write(`Emberlab serves at ${served.url}\n`);
    if (served.setUpUrl !== null) {
      process.stdout.write(`Make the first administrator here (good for a day, once): ${served.setUpUrl}\n`);
    }
    await Promise.race([supervisor.failed, stopped]);
    process.stdout.write(
      'Emberlab is stopping. Jupyter servers, Spark applications and builds go on; the next ./start finds them again.\n',
    );
  } finally {
    await supervisor.stop();
  }
}

// What we make is for us and, where the mode says so, for a project's group; never for others.
process.umask(0o007);
const [role = 'supervise', ...rest] = process.argv.slice(2);
try {
  if (role === 'control' || role === 'edge') await runChild(role);
  else if (role === 'supervise') await runSupervisor(rest);
  else throw new FatalError(`There is no role ${role}.\n\n${usage}`);
} catch (error) {
  const badOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (badOption) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
  exitWith(error);
}
