import type { PythonConfiguration, SparkConfiguration } from './shape.ts';

/** What the schema makes of what says least, field by field. */
export const defaultConfiguration: SparkConfiguration = {
  type: 'spark',
  profile: null,
  driverMemoryMb: 2048,
  driverCores: 1,
  executorMemoryMb: 4096,
  executorCores: 1,
  executors: { mode: 'dynamic', min: 1, max: 2, initial: 1 },
  archives: [],
  jars: [],
  pyFiles: [],
  files: [],
  properties: '',
  engine: null,
};

export const defaultPythonConfiguration: PythonConfiguration = {
  type: 'python',
  profile: null,
  memoryMb: 2048,
  cores: 1,
  files: [],
  environment: '',
};
