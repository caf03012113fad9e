import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createClassArchive } from '../engines/local/class-archive.ts';
import type { SubmitOptions } from '../engines/local/submit.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
const { EMBERLAB_TEST_DATA: data, EMBERLAB_TEST_SPARK_HOME: sparkHome, EMBERLAB_TEST_PYTHON: python } = process.env;

/** A driver that lives for seconds takes half the processor time when little of what it runs is compiled well. */
const quickJava = '-XX:TieredStopAtLevel=1';

/** The real Spark that `./test` has set up, with its archive of classes; null: the tests were not started by `./test`. */
export const realSpark = data === undefined || sparkHome === undefined || python === undefined ? null : find(data);

function find(folder: string) {
  // As the platform does: the JVM compares the words of a class path.
  const submit: SubmitOptions = {
    sparkHome: realpathSync(sparkHome ?? ''),
    javaHome: null,
    environment: process.env,
    driverJavaOptions: quickJava,
  };
  const archive = createClassArchive({
    ...submit,
    clock: systemClock,
    log: silent,
    folder: join(realpathSync(join(folder, 'tools')), 'class-archives'),
    python: python ?? '',
  });
  return {
    submit,
    python: python ?? '',
    archive,
    /** Drivers start twice as fast from it; where there is none, they start all the same. */
    async warmStart() {
      await archive.find();
      return archive.forDriver();
    },
  };
}
