import { configuration, parseProperties, type Configuration, type PropertyProblem } from '@emberlab/contract';

export type MemoryUnit = 'MB' | 'GB';

/** A configuration while it is edited: numbers may be missing, and what belongs to the other type is kept for switching back. */
export type Draft = {
  type: Configuration['type'];
  memory: number | string;
  unit: MemoryUnit;
  cores: number | string;
  properties: string;
};

export type DraftErrors = {
  memory: string | null;
  cores: string | null;
  properties: PropertyProblem[];
  /** what is wrong with the text as a whole */
  propertiesText: string | null;
};

export type ReadDraft = { configuration: Configuration | null; errors: DraftErrors };

const noErrors: DraftErrors = { memory: null, cores: null, properties: [], propertiesText: null };

/** A configuration as a draft; `fallback` fills in what the type Python doesn't have. */
export function toDraft(saved: Configuration, fallback: Extract<Configuration, { type: 'spark' }>): Draft {
  const spark = saved.type === 'spark' ? saved : fallback;
  const inGb = spark.driverMemoryMb % 1024 === 0;
  return {
    type: saved.type,
    memory: inGb ? spark.driverMemoryMb / 1024 : spark.driverMemoryMb,
    unit: inGb ? 'GB' : 'MB',
    cores: spark.driverCores,
    properties: spark.properties,
  };
}

/** The same memory written in another unit. */
export function changeUnit(draft: Draft, unit: MemoryUnit): Draft {
  if (unit === draft.unit || typeof draft.memory !== 'number') return { ...draft, unit };
  const memory = unit === 'MB' ? Math.round(draft.memory * 1024) : Number((draft.memory / 1024).toFixed(3));
  return { ...draft, unit, memory };
}

/** The configuration that a draft says, or null and what is wrong with it. */
export function readDraft(draft: Draft): ReadDraft {
  if (draft.type === 'python') return { configuration: { type: 'python' }, errors: noErrors };
  const memoryMb =
    typeof draft.memory === 'number' ? Math.round(draft.memory * (draft.unit === 'GB' ? 1024 : 1)) : null;
  const parsed = configuration.safeParse({
    type: 'spark',
    driverMemoryMb: memoryMb,
    driverCores: draft.cores,
    properties: draft.properties,
  });
  if (parsed.success) return { configuration: parsed.data, errors: noErrors };
  const properties = parseProperties(draft.properties).problems;
  const about = (field: string): boolean => parsed.error.issues.some((issue) => issue.path[0] === field);
  const tooLong = parsed.error.issues.find((issue) => issue.path[0] === 'properties' && issue.code === 'too_big');
  return {
    configuration: null,
    errors: {
      memory: about('driverMemoryMb') ? 'Please enter 512 MB to 1024 GB.' : null,
      cores: about('driverCores') ? 'Please enter a whole number from 1 to 256.' : null,
      properties,
      propertiesText: tooLong?.message ?? null,
    },
  };
}
