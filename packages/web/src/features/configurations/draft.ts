import {
  configurationProblems,
  configurationShape,
  defaultConfiguration,
  defaultPythonConfiguration,
  parseEnvironment,
  propertiesProblems,
  type Configuration,
  type FileKind,
  type LineProblem,
} from '@emberlab/contract';

export type MemoryUnit = 'MB' | 'GB';
export type NumberDraft = number | string;
export type MemoryDraft = { amount: NumberDraft; unit: MemoryUnit };

export type SparkDraft = {
  driverMemory: MemoryDraft;
  driverCores: NumberDraft;
  executorMemory: MemoryDraft;
  executorCores: NumberDraft;
  mode: 'static' | 'dynamic';
  instances: NumberDraft;
  min: NumberDraft;
  max: NumberDraft;
  initial: NumberDraft;
  properties: string;
} & Record<FileKind, string[]>;

export type PythonDraft = { memory: MemoryDraft; cores: NumberDraft; files: string[]; environment: string };

/** A configuration while it is edited: numbers may be missing, and what belongs to the other type or mode is kept for switching back. */
export type Draft = { type: Configuration['type']; spark: SparkDraft; python: PythonDraft };

export type DraftErrors = {
  /** by the field's path as in a configuration, such as `executors.initial`; a list has one for all its entries */
  fields: Readonly<Record<string, string>>;
  /** of the text of the type: `Properties`, or the environment variables */
  lines: readonly LineProblem[];
};

export type ReadDraft = {
  configuration: Configuration | null;
  /** the same with what contradicts itself: good enough to be looked at */
  readable: Configuration | null;
  errors: DraftErrors;
};

const toMemory = (mb: number): MemoryDraft =>
  mb % 1024 === 0 ? { amount: mb / 1024, unit: 'GB' } : { amount: mb, unit: 'MB' };

const fromMemory = ({ amount, unit }: MemoryDraft): NumberDraft =>
  typeof amount === 'number' ? Math.round(amount * (unit === 'GB' ? 1024 : 1)) : amount;

/** A configuration as a draft; what its type doesn't have begins as the platform has it. */
export function toDraft(saved: Configuration): Draft {
  const spark = saved.type === 'spark' ? saved : defaultConfiguration;
  const python = saved.type === 'python' ? saved : defaultPythonConfiguration;
  const { archives, jars, pyFiles, files, properties, executors } = spark;
  const dynamic = executors.mode === 'dynamic' ? executors : { min: 1, max: 2, initial: 1 };
  return {
    type: saved.type,
    spark: {
      driverMemory: toMemory(spark.driverMemoryMb),
      driverCores: spark.driverCores,
      executorMemory: toMemory(spark.executorMemoryMb),
      executorCores: spark.executorCores,
      mode: executors.mode,
      instances: executors.mode === 'static' ? executors.instances : 1,
      min: dynamic.min,
      max: dynamic.max,
      initial: dynamic.initial,
      archives,
      jars,
      pyFiles,
      files,
      properties,
    },
    python: {
      memory: toMemory(python.memoryMb),
      cores: python.cores,
      files: python.files,
      environment: python.environment,
    },
  };
}

/** The same memory written in another unit. */
export function changeUnit({ amount, unit }: MemoryDraft, to: MemoryUnit): MemoryDraft {
  if (to === unit || typeof amount !== 'number') return { amount, unit: to };
  return { unit: to, amount: to === 'MB' ? Math.round(amount * 1024) : Number((amount / 1024).toFixed(3)) };
}

function toBody({ type, spark, python }: Draft): unknown {
  if (type === 'python') {
    const { memory, cores, files, environment } = python;
    return { type, memoryMb: fromMemory(memory), cores, files, environment };
  }
  const { archives, jars, pyFiles, files, properties, mode, instances, min, max, initial } = spark;
  return {
    type,
    driverMemoryMb: fromMemory(spark.driverMemory),
    driverCores: spark.driverCores,
    executorMemoryMb: fromMemory(spark.executorMemory),
    executorCores: spark.executorCores,
    executors: mode === 'static' ? { mode, instances } : { mode, min, max, initial },
    archives,
    jars,
    pyFiles,
    files,
    properties,
  };
}

/** Where the error of a path is shown: a list has one place. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path[0] === 'executors' ? path.join('.') : String(path[0] ?? '');

/** The configuration that a draft says, or null and what is wrong with it. */
export function readDraft(draft: Draft): ReadDraft {
  const read = configurationShape.safeParse(toBody(draft));
  const fields: Record<string, string> = {};
  for (const { path, message } of read.error?.issues ?? []) fields[placeOf(path)] ??= message;
  // Known also while a number is wrong.
  const lines =
    draft.type === 'spark'
      ? propertiesProblems(draft.spark.properties, draft.spark)
      : parseEnvironment(draft.python.environment).problems;
  const problems = read.success ? configurationProblems(read.data) : [];
  for (const { path, line, message } of problems) if (line === undefined) fields[placeOf(path)] ??= message;
  const right = read.success && problems.length === 0;
  return {
    configuration: right ? read.data : null,
    readable: read.success ? read.data : null,
    errors: { fields, lines },
  };
}
