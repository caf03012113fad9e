import { pathToFileURL } from 'node:url';
import type { DriverSpec } from '../engine.ts';

/** Properties as a file that `java.util.Properties` reads back unchanged: everything but plain ASCII letters is escaped. */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${escape(name)}=${escape(value)}\n`)
    .join('');
}

const escape = (text: string): string =>
  text.replace(/[^\w.\-/*[\],;@+$%(){}<>?|&^~`'"]/g, (char) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );

/** A word of `spark.driver.extraJavaOptions`, which Spark splits as a shell would. */
const quoted = (word: string): string => (/^[\w.:=+/-]*$/.test(word) ? word : `"${word.replace(/[\\"]/g, '\\$&')}"`);

/**
 * The properties of a driver on this machine: the platform's defaults, then the request's, then what only the platform may decide.
 * `scratch` is a folder of the session's own, `jvmOptions` are further words for its JVM, and `javaOptions` those of the administrator, as a shell reads them.
 */
export function localProperties(
  spec: Pick<DriverSpec, 'appName' | 'projectFolder' | 'properties'>,
  {
    master,
    scratch,
    jvmOptions = [],
    javaOptions = '',
  }: { master: string; scratch: string; jvmOptions?: readonly string[]; javaOptions?: string | undefined },
): Record<string, string> {
  const cores = spec.properties['spark.driver.cores'];
  return {
    'spark.hadoop.fs.permissions.umask-mode': '007',
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.sql.warehouse.dir': pathToFileURL(`${spec.projectFolder}/Resources/warehouse`).href,
    'spark.port.maxRetries': '64',
    ...spec.properties,
    // With a local master the driver runs the tasks too, so its cores are all there are.
    'spark.master': master === 'local[*]' && cores !== undefined ? `local[${cores}]` : master,
    'spark.submit.deployMode': 'client',
    'spark.app.name': spec.appName,
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.extraJavaOptions': [`-Djava.io.tmpdir=${scratch}`, '-XX:-UsePerfData', ...jvmOptions]
      .map(quoted)
      .concat(javaOptions)
      .join(' ')
      .trim(),
    'spark.ui.port': '0',
    'spark.ui.showConsoleProgress': 'false',
  };
}
