import {
  configurationProblems,
  defaultConfiguration,
  defaultPythonConfiguration,
  fieldProblems,
  parseEnvironment,
  propertiesProblems,
  readFields,
  type Configuration,
  type FileKind,
  type LineProblem,
  type WrittenConfiguration,
} from '@emberlab/contract';

/** What a configuration is for. The type of a job's is told by its program. */
export type ConfigurationOf = 'jupyter' | 'job';

export type MemoryUnit = 'MB' | 'GB';
/** A number, or what somebody has typed in its place. */
export type NumberDraft = number | string;
export type MemoryDraft = { amount: NumberDraft; unit: MemoryUnit };

export type SparkDraft = {
  /** null: the project's first */
  engine: string | null;
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
export type Draft = {
  type: Configuration['type'];
  /** what the server runs in; null: the project's first */
  profile: string | null;
  spark: SparkDraft;
  python: PythonDraft;
};

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

/** The number that was typed; what is none stays a text, which no configuration takes. */
export function readNumber(typed: NumberDraft): NumberDraft {
  return typeof typed === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(typed) ? Number(typed) : typed;
}

function fromMemory({ amount, unit }: MemoryDraft): NumberDraft {
  const number = readNumber(amount);
  return typeof number === 'number' ? Math.round(number * (unit === 'GB' ? 1024 : 1)) : number;
}

/** A configuration as a draft; what its type doesn't have begins as the platform has it. */
export function toDraft(saved: Configuration): Draft {
  const spark = saved.type === 'spark' ? saved : defaultConfiguration;
  const python = saved.type === 'python' ? saved : defaultPythonConfiguration;
  const { archives, jars, pyFiles, files, properties, executors } = spark;
  const dynamic = executors.mode === 'dynamic' ? executors : { min: 1, max: 2, initial: 1 };
  return {
    type: saved.type,
    profile: saved.profile,
    spark: {
      engine: spark.engine,
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
  const number = readNumber(amount);
  if (to === unit || typeof number !== 'number') return { amount, unit: to };
  return { unit: to, amount: to === 'MB' ? Math.round(number * 1024) : Number((number / 1024).toFixed(3)) };
}

function toBody({ type, profile, spark, python }: Draft): WrittenConfiguration {
  if (type === 'python') {
    const { memory, cores, files, environment } = python;
    return { type, profile, memoryMb: fromMemory(memory), cores: readNumber(cores), files, environment };
  }
  const { archives, jars, pyFiles, files, properties, mode, instances, min, max, initial } = spark;
  return {
    type,
    profile,
    driverMemoryMb: fromMemory(spark.driverMemory),
    driverCores: readNumber(spark.driverCores),
    executorMemoryMb: fromMemory(spark.executorMemory),
    executorCores: readNumber(spark.executorCores),
    executors:
      mode === 'static'
        ? { mode, instances: readNumber(instances) }
        : { mode, min: readNumber(min), max: readNumber(max), initial: readNumber(initial) },
    archives,
    jars,
    pyFiles,
    files,
    properties,
    engine: spark.engine,
  };
}

/** Where the error of a path is shown: a list has one place. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path[0] === 'executors' ? path.join('.') : String(path[0] ?? '');

/** What is said of memory that is no number: the range alone would not tell `2,5` from 2.5. */
const notANumber = (typed: string): string => `“${typed}” is not a number; please write one such as 2.5.`;

/** The errors of memory that was typed as something else than a number. */
function memoryProblems({ type, spark, python }: Draft): Record<string, string> {
  const fields =
    type === 'spark'
      ? { driverMemoryMb: spark.driverMemory, executorMemoryMb: spark.executorMemory }
      : { memoryMb: python.memory };
  const wrong = Object.entries(fields).flatMap(([path, { amount }]) => {
    const read = readNumber(amount);
    return typeof read === 'number' || read.trim() === '' ? [] : [[path, notANumber(read)] as const];
  });
  return Object.fromEntries(wrong);
}

/** The configuration that a draft says, or null and what is wrong with it. */
export function readDraft(draft: Draft): ReadDraft {
  const written = toBody(draft);
  const readable = readFields(written);
  const fields = memoryProblems(draft);
  for (const { path, message } of fieldProblems(written)) fields[placeOf(path)] ??= message;
  // Known also while a number is wrong.
  const lines =
    draft.type === 'spark'
      ? propertiesProblems(draft.spark.properties, draft.spark)
      : parseEnvironment(draft.python.environment).problems;
  const problems = readable === null ? [] : configurationProblems(readable);
  for (const { path, line, message } of problems) if (line === undefined) fields[placeOf(path)] ??= message;
  return { configuration: problems.length === 0 ? readable : null, readable, errors: { fields, lines } };
}
