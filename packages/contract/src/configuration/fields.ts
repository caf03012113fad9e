import type { FileKind } from './project-file.ts';
import type { Configuration, PythonConfiguration, SparkConfiguration } from './shape.ts';

type Value = string | number | readonly string[];
type Shared<C> = {
  /** where it stands in a configuration, as in the answers of the API */
  readonly path: string;
  readonly label: string;
  readonly unit?: 'MB';
  /** which files it names */
  readonly kind?: FileKind;
  /** null: the configuration has no such field */
  readonly read: (configuration: C) => Value | null;
};

/** A field of a configuration of type `spark`, with the Spark property that it sets. `livy`: the field of a Livy request for the same. */
export type SparkField = Shared<SparkConfiguration> & { readonly property: string | null; readonly livy?: string };
export type PythonField = Shared<PythonConfiguration>;

/** Names the engine that runs an application, in configurations and requests; Spark is not told of it. */
export const engineProperty = 'spark.emberlab.engine';

const inStatic = ({ executors }: SparkConfiguration): number | null =>
  executors.mode === 'static' ? executors.instances : null;
const inDynamic =
  (which: 'min' | 'max' | 'initial') =>
  ({ executors }: SparkConfiguration): number | null =>
    executors.mode === 'dynamic' ? executors[which] : null;

/** Every field of type `spark`, in the order of the form: the one place that says which field is which property. */
export const sparkFields: readonly SparkField[] = [
  { path: 'profile', label: 'Profile', property: null, read: (c) => c.profile },
  { path: 'engine', label: 'Engine', property: engineProperty, read: (c) => c.engine },
  {
    path: 'driverMemoryMb',
    label: 'Driver memory',
    unit: 'MB',
    property: 'spark.driver.memory',
    livy: 'driverMemory',
    read: (c) => c.driverMemoryMb,
  },
  {
    path: 'driverCores',
    label: 'Driver cores',
    property: 'spark.driver.cores',
    livy: 'driverCores',
    read: (c) => c.driverCores,
  },
  {
    path: 'executorMemoryMb',
    label: 'Executor memory',
    unit: 'MB',
    property: 'spark.executor.memory',
    livy: 'executorMemory',
    read: (c) => c.executorMemoryMb,
  },
  {
    path: 'executorCores',
    label: 'Executor cores',
    property: 'spark.executor.cores',
    livy: 'executorCores',
    read: (c) => c.executorCores,
  },
  {
    path: 'executors.mode',
    label: 'Dynamic allocation',
    property: 'spark.dynamicAllocation.enabled',
    read: (c) => String(c.executors.mode === 'dynamic'),
  },
  {
    path: 'executors.instances',
    label: 'Number of executors',
    property: 'spark.executor.instances',
    livy: 'numExecutors',
    read: inStatic,
  },
  {
    path: 'executors.min',
    label: 'Executors at least',
    property: 'spark.dynamicAllocation.minExecutors',
    read: inDynamic('min'),
  },
  {
    path: 'executors.max',
    label: 'Executors at most',
    property: 'spark.dynamicAllocation.maxExecutors',
    read: inDynamic('max'),
  },
  {
    path: 'executors.initial',
    label: 'Executors at first',
    property: 'spark.dynamicAllocation.initialExecutors',
    read: inDynamic('initial'),
  },
  {
    path: 'archives',
    label: 'Additional archives',
    kind: 'archives',
    property: 'spark.archives',
    livy: 'archives',
    read: (c) => c.archives,
  },
  {
    path: 'jars',
    label: 'Additional jars',
    kind: 'jars',
    property: 'spark.jars',
    livy: 'jars',
    read: (c) => c.jars,
  },
  {
    path: 'pyFiles',
    label: 'Additional Python files',
    kind: 'pyFiles',
    property: 'spark.submit.pyFiles',
    livy: 'pyFiles',
    read: (c) => c.pyFiles,
  },
  {
    path: 'files',
    label: 'Additional files',
    kind: 'files',
    property: 'spark.files',
    livy: 'files',
    read: (c) => c.files,
  },
  { path: 'properties', label: 'Properties', property: null, read: (c) => c.properties },
];

/** The same of type `python`. */
export const pythonFields: readonly PythonField[] = [
  { path: 'profile', label: 'Profile', read: (c) => c.profile },
  { path: 'memoryMb', label: 'Memory', unit: 'MB', read: (c) => c.memoryMb },
  { path: 'cores', label: 'Cores', read: (c) => c.cores },
  { path: 'files', label: 'Additional files', kind: 'files', read: (c) => c.files },
  { path: 'environment', label: 'Environment variables', read: (c) => c.environment },
];

/** The field that sets a property, by the property's name in any case; undefined: it has none. */
export function fieldOfProperty(name: string): SparkField | undefined {
  const key = name.toLowerCase();
  return sparkFields.find(({ property }) => property?.toLowerCase() === key);
}

/** What a field is called, by its path in a configuration of the type; the path itself where there is none. */
export function labelOf(type: Configuration['type'], path: string): string {
  if (path === 'type') return 'Type';
  const fields: readonly { path: string; label: string }[] = type === 'spark' ? sparkFields : pythonFields;
  // An entry of a list is called as its list is.
  const found = fields.find((field) => path === field.path || path.startsWith(`${field.path}.`));
  return found?.label ?? path;
}
