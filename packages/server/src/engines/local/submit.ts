import { join } from 'node:path';
import type { Identities } from '../../identities/identities.ts';

/** The driver agent's package; its programs are started by `spark-submit`. */
export const agentFolder = join(import.meta.dirname, '../../../../../driver/emberlab_driver');

const fallbackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type SubmitOptions = {
  readonly sparkHome: string;
  readonly javaHome: string | null;
  /** further options of each driver's JVM, as on a shell's command line */
  readonly driverJavaOptions?: string;
  /** the environment of the control plane: only PATH, JAVA_HOME and TZ are taken from it */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** as whom drivers run; default: as the user that we are */
  readonly identities?: Identities;
};

/** The Java home that spark-submit is told; undefined: it takes the java on the PATH. */
export const javaHomeOf = ({ javaHome, environment }: SubmitOptions): string | undefined =>
  javaHome ?? environment['JAVA_HOME'];

/** The PATH that spark-submit gets. */
export const pathOf = ({ environment }: SubmitOptions): string => environment['PATH'] ?? fallbackPath;

/** The whole environment of a program of Spark on this machine. `scratch` is a folder of its own. */
export function javaEnvironment(
  options: SubmitOptions,
  { home, scratch }: { home: string; scratch: string },
): Record<string, string> {
  const javaHome = javaHomeOf(options);
  const timeZone = options.environment['TZ'];
  return {
    PATH: pathOf(options),
    HOME: home,
    LANG: 'C.UTF-8',
    TMPDIR: scratch,
    SPARK_HOME: options.sparkHome,
    SPARK_LOCAL_DIRS: scratch,
    SPARK_LOCAL_IP: '127.0.0.1',
    // The JVM that builds the driver's command line lives for a moment: it need not become fast.
    SPARK_LAUNCHER_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData',
    ...(javaHome === undefined ? {} : { JAVA_HOME: javaHome }),
    ...(timeZone === undefined ? {} : { TZ: timeZone }),
  };
}

/** The whole environment of a `spark-submit` on this machine. */
export const submitEnvironment = (
  options: SubmitOptions,
  { python, ...places }: { python: string; home: string; scratch: string },
): Record<string, string> => ({
  ...javaEnvironment(options, places),
  PYSPARK_PYTHON: python,
  PYSPARK_DRIVER_PYTHON: python,
});
