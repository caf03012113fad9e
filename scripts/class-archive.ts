import { realpath } from 'node:fs/promises';
import { createClassArchive } from '../packages/server/src/engines/local/class-archive.ts';
import { systemClock } from '../packages/server/src/lib/clock.ts';

/**
 * `node scripts/class-archive.ts SPARK_HOME FOLDER PYTHON` makes the JVM's archive of a Spark's classes in a folder, unless it is there. Drivers of the tests start in
 * about half the time with it, and a platform that finds one makes none of its own. Says why where there can be none; the tests pass without.
 */
const [sparkHome, folder, python] = process.argv.slice(2);
if (sparkHome === undefined || folder === undefined || python === undefined) {
  process.stderr.write('Please name a Spark, a folder and a Python.\n');
  process.exit(2);
}
const archive = createClassArchive({
  clock: systemClock,
  log: {
    info: () => undefined,
    warn: ({ reason }, message) => process.stderr.write(`${message} (${String(reason)})\n`),
    error: (_facts, message) => process.stderr.write(`${message}\n`),
  },
  folder,
  python,
  // The JVM compares a class path by its words, so links are followed here as they are where drivers start.
  sparkHome: await realpath(sparkHome),
  javaHome: null,
  environment: process.env,
});
// The training is a process that outlives who starts it, so nothing else would keep us here.
const waiting = setInterval(() => undefined, 60_000);
await archive.prepare(new AbortController().signal);
clearInterval(waiting);
