import { quoted } from '../../kubernetes/shell.ts';
import { EngineError } from '../engine.ts';

/**
 * What the Pod of a driver begins with: a script that becomes spark-submit, as Spark's own images have it, and writes to its logs. It lies in the
 * session's or batch's folder, so that nothing of it is in the Pod's manifest. What would keep it from that is said before, where the cluster tells it on.
 */
export function driverScript(options: {
  readonly sparkHome: string;
  readonly python: string;
  readonly properties: string;
  /** words for spark-submit itself */
  readonly words?: readonly string[];
  /** its file and arguments */
  readonly program: readonly string[];
  /** variables of its own, beside those of the platform */
  readonly variables?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly umask: string;
  readonly stdout: string;
  readonly stderr: string;
}): string {
  const { sparkHome, python } = options;
  const submit = `${sparkHome}/bin/spark-submit`;
  const variables = Object.entries({
    ...options.variables,
    HOME: options.cwd,
    LANG: 'C.UTF-8',
    // Not SPARK_LOCAL_DIRS: Spark gives each executor a volume in its place, besides those of ours.
    TMPDIR: '/tmp',
    SPARK_HOME: sparkHome,
    // Where its Spark UI listens: nobody but the agent has to come there.
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LAUNCHER_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData',
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
  });
  const must = (file: string, sentence: string) =>
    `[ -x ${quoted(file)} ] || { echo ${quoted(sentence)} >&2; exit 127; }`;
  const here = (name: string) => `--conf "spark.driver.${name}=$EMBERLAB_POD_IP"`;
  return [
    must(submit, `there is no Spark in ${sparkHome} of the image; please ask an administrator`),
    must(python, `the image has no ${python}; please ask an administrator`),
    `cd ${quoted(options.cwd)} || exit`,
    `exec >>${quoted(options.stdout)} 2>>${quoted(options.stderr)} </dev/null`,
    `umask ${options.umask}`,
    ...variables.map(([name, value]) => `export ${variable(name)}=${quoted(value)}`),
    [
      'exec',
      ...[submit, '--properties-file', options.properties, ...(options.words ?? [])].map(quoted),
      here('host'),
      here('bindAddress'),
      ...options.program.map(quoted),
    ].join(' '),
    '',
  ].join('\n');
}

/** The name of a variable, which stands in the script as it is. */
function variable(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new EngineError(`${name} can’t be the name of a variable.`);
}

/**
 * What the Pod of an executor begins with, the same for all: what Spark's own images do with the variables that Spark sets. `SPARK_HOME` and where its logs go are
 * of ours; that there are logs Spark tells by the addresses that it finds. Only with a master of Kubernetes' kind it takes the secret from a file, and it does not know its master yet.
 */
export const executorScript = [
  'cd /tmp || exit; umask 077; log="$EMBERLAB_EXECUTOR_LOGS/$SPARK_EXECUTOR_ID"; exec >>"$log.stdout" 2>>"$log.stderr"',
  'umask 007; export SPARK_LOG_URL_STDOUT="file://$log.stdout" SPARK_LOG_URL_STDERR="file://$log.stderr"; set --; i=0',
  'while eval "[ -n \\"\\${SPARK_JAVA_OPT_$i+set}\\" ]"; do eval "set -- \\"\\$@\\" \\"\\$SPARK_JAVA_OPT_$i\\""; i=$((i+1)); done',
  'exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "$@" -Dspark.master=k8s://driver -Xms"$SPARK_EXECUTOR_MEMORY" -Xmx"$SPARK_EXECUTOR_MEMORY" -cp "$SPARK_HOME/jars/*" ' +
    'org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" ' +
    '--cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" ' +
    '--resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"',
].join('\n');
