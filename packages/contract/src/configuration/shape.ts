import { z } from 'zod';
import {
  boundWords,
  configurationLimits,
  longestEngine,
  longestPath,
  longestText,
  mostFiles,
  profileWord,
} from './bounds.ts';
import { projectFileProblem, type FileKind } from './project-file.ts';
import '../validator-words.ts';

const { leastMemoryMb, mostMemoryMb, mostCores, mostExecutors } = configurationLimits;

const whole = (least: number, most: number) => {
  const range = boundWords.whole(least, most);
  return z.number(range).int(range).min(least, range).max(most, range);
};
const memory = (whose: string) =>
  z
    .number(boundWords.memory)
    .int(boundWords.wholeMemory)
    .min(leastMemoryMb, boundWords.tooLittle(whose))
    .max(mostMemoryMb, boundWords.memory);

const profile = z
  .string()
  .regex(profileWord, boundWords.profile)
  .nullable()
  .default(null)
  .meta({ description: "what the Jupyter server runs in, by its name; null: the project's first. Jobs have none" });

/** A list of files of the project, by their paths below its folder. */
const projectFiles = (kind: FileKind) =>
  z
    .array(
      z
        .string()
        .max(longestPath, boundWords.path)
        .superRefine((path, context) => {
          const problem = projectFileProblem(path, kind);
          if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
        }),
    )
    .max(mostFiles, boundWords.files);

export const executors = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('static'), instances: whole(1, mostExecutors) }),
  z.object({
    mode: z.literal('dynamic'),
    min: whole(0, mostExecutors),
    max: whole(1, mostExecutors),
    initial: whole(0, mostExecutors),
  }),
]);

/**
 * What is stored, and what a body may say, field by field. What came later has a default, so that older rows and bodies stay readable. Whether the
 * fields go together is `configurationProblems`' to say.
 */
export const sparkShape = z.object({
  type: z.literal('spark'),
  profile,
  driverMemoryMb: memory('The driver').meta({ description: "the heap of the driver's JVM, MB" }),
  driverCores: whole(1, mostCores).meta({ description: 'with a local master: cores for tasks as well' }),
  executorMemoryMb: memory('An executor')
    .default(4096)
    .meta({ description: 'the heap of each executor, MB; of no effect with a local master, as all of executors' }),
  executorCores: whole(1, mostCores).default(1).meta({ description: 'of each executor' }),
  executors: executors
    .default({ mode: 'dynamic', min: 1, max: 2, initial: 1 })
    .meta({ description: 'a fixed number, or as many as there is work for' }),
  archives: projectFiles('archives')
    .default([])
    .meta({ description: 'unpacked beside executors; path#name says under which name' }),
  jars: projectFiles('jars').default([]).meta({ description: 'on the class path of driver and executors' }),
  pyFiles: projectFiles('pyFiles').default([]).meta({ description: 'what Python imports from' }),
  files: projectFiles('files').default([]).meta({ description: 'copied to each executor' }),
  properties: z
    .string()
    .max(longestText, boundWords.text)
    .meta({ description: 'Spark properties, one name=value a line' }),
  engine: z
    .string()
    .max(longestEngine, boundWords.engine)
    .nullable()
    .default(null)
    .meta({ description: "the engine that runs it; null: the project's first" }),
});

export const pythonShape = z.object({
  type: z.literal('python'),
  profile,
  memoryMb: memory('Jupyter').default(2048).meta({ description: 'of the server with its kernels, MB' }),
  cores: whole(1, mostCores).default(1).meta({ description: 'of the server with its kernels' }),
  files: projectFiles('files')
    .default([])
    .meta({ description: 'linked into the folder that EMBER_FILES names, from which Python imports as well' }),
  environment: z
    .string()
    .max(longestText, boundWords.text)
    .default('')
    .meta({ description: 'environment variables, one NAME=value a line' }),
});

/** Compute settings as they are read back: also those that an earlier version took and that are to be corrected now. */
export const configurationShape = z.discriminatedUnion('type', [sparkShape, pythonShape]);
export type Configuration = z.infer<typeof configurationShape>;
export type SparkConfiguration = z.infer<typeof sparkShape>;
export type PythonConfiguration = z.infer<typeof pythonShape>;
