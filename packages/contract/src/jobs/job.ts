import { z } from 'zod';
import { projectFileProblem } from '../configuration/project-file.ts';
import { configurationShape } from '../configuration/shape.ts';
import { jobConfiguration } from '../schemas/configuration.ts';
import { instant, lineText } from '../schemas/primitives.ts';
import { isShallow, mostDepth } from './depth.ts';
import { notebookParameter } from './parameters-cell.ts';
import { executionState } from './states.ts';
import { jobSorts, jobTypes } from '../words.ts';

export const jobType = z.enum(jobTypes);
export type JobType = z.infer<typeof jobType>;

export const isNotebook = (program: string): boolean => program.toLowerCase().endsWith('.ipynb');

/** Which type of configuration a job of a type has. */
export const configurationTypeOf = (type: JobType): 'spark' | 'python' => (type === 'python' ? 'python' : 'spark');

/** A job's name is that of a folder below `Logs` as well. */
const nameCharacters = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_ .()-]*$/u;
const longestName = 128;
/** What file systems take for one name. */
const longestFolderName = 240;
export const jobName = lineText(longestName, 'Please enter a name.')
  .refine(
    (name) => nameCharacters.test(name) && !name.endsWith('.'),
    'A name has letters, digits, spaces and _ . ( ) -, begins with a letter, a digit or _, and does not end with a dot.',
  )
  .refine(
    (name) => new TextEncoder().encode(name).length <= longestFolderName,
    'This name is too long for a folder. Please shorten it.',
  );

/** The path of a program in the project. */
export const programPath = z
  .string()
  .trim()
  .min(1, 'Please choose a file.')
  .max(1000)
  .superRefine((path, context) => {
    const problem = projectFileProblem(path, 'files');
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** The kernel gives all arguments of a program about 2 MB, and one of them 128 KiB. */
const mostArgumentCharacters = 64 * 1024;
// oxlint-disable-next-line no-control-regex -- finding what no argument can hold is the purpose
const unusable = /[\u0000\r]/;
export const jobArguments = z
  .array(z.string().refine((text) => !unusable.test(text), 'No argument can have this character (NUL or CR).'))
  .max(1000, 'Please give at most 1,000 arguments.')
  .refine(
    (all) => JSON.stringify(all).length <= mostArgumentCharacters,
    `Please use at most ${mostArgumentCharacters} characters in all.`,
  );

const parameterName = /^[A-Za-z_]\w{0,99}$/;
/** Of a notebook: what its cell with the tag `parameters` sets, and the run sets otherwise. */
export const jobParameters = z
  .record(z.string(), z.unknown())
  // First of all: what is deeper, or larger, is looked at by nobody.
  .refine((all) => isShallow(all, mostDepth + 1), {
    error: `Please nest the values of parameters no deeper than ${mostDepth} levels.`,
    abort: true,
  })
  .refine((all) => JSON.stringify(all).length <= mostArgumentCharacters, {
    error: `Please use at most ${mostArgumentCharacters} characters in all.`,
    abort: true,
  })
  .pipe(z.record(z.string(), z.json()))
  .superRefine((all, context) => {
    for (const name of Object.keys(all).filter((one) => !parameterName.test(one))) {
      const message = `"${name.slice(0, 100)}" can't be the name of a parameter: it has to have letters, digits and _, and not to begin with a digit.`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });
export type JobParameters = z.infer<typeof jobParameters>;

const whole = (least: number, most: number) => {
  const range = `Please enter a whole number from ${least} to ${most}.`;
  return z.number(range).int(range).min(least, range).max(most, range);
};
export const jobPolicy = z.object({
  retries: whole(0, 10).default(0).meta({ description: 'how often a failed run is tried again' }),
  retryDelaySeconds: whole(0, 86_400).default(60).meta({ description: 'before each further try' }),
  timeLimitMinutes: whole(1, 100_000)
    .nullable()
    .default(null)
    .meta({ description: 'a run that takes longer fails; null: it may take as long as it likes' }),
  concurrentRuns: z
    .boolean()
    .default(true)
    .meta({ description: 'false: a run waits until the one before it has ended' }),
});
export type JobPolicy = z.infer<typeof jobPolicy>;

const mainClass = z
  .string()
  .trim()
  .max(1000)
  .regex(
    /^[\p{L}_$][\p{L}\d_$]*(\.[\p{L}_$][\p{L}\d_$]*)*$/u,
    'Please write a class with its package, such as org.example.Main.',
  )
  .nullable()
  .meta({ description: 'of a jar; null: its manifest names it' });

/** The last runs of a job, as the list shows them: small bars. */
export const lastRun = z.object({
  id: z.number().int(),
  state: executionState,
  createdAt: instant,
  durationSeconds: z.number().nullable().meta({ description: 'null: it has not begun' }),
});
export type LastRun = z.infer<typeof lastRun>;

/** A saved program with a configuration. */
export const job = z.object({
  id: z.number().int(),
  name: z.string(),
  type: jobType,
  program: z.string().meta({ description: "below the project's folder" }),
  mainClass: z.string().nullable(),
  arguments: z.array(z.string()).meta({ description: 'of a run that is given none' }),
  parameters: jobParameters.meta({ description: 'of a notebook: the same' }),
  configuration: configurationShape.meta({
    description: 'what may be a secret is left out for those who may not change the job',
  }),
  policy: jobPolicy,
  owner: z.object({ email: z.string(), name: z.string() }),
  mine: z.boolean(),
  mayChange: z.boolean().meta({ description: 'whether the caller may change and delete it' }),
  createdAt: instant,
  updatedAt: instant,
  lastRuns: z.array(lastRun).meta({ description: 'ten at most, the newest first' }),
  nextRunAt: instant.nullable().meta({ description: 'by its schedule; null: there is none' }),
});
export type Job = z.infer<typeof job>;

const definition = {
  type: jobType,
  program: programPath,
  mainClass,
  arguments: jobArguments,
  parameters: jobParameters,
  configuration: jobConfiguration,
  policy: jobPolicy,
};

/** What is left out comes from the file and from the project's defaults. */
export const newJobBody = z.object({
  name: jobName,
  program: definition.program,
  type: definition.type.optional(),
  mainClass: definition.mainClass.optional(),
  arguments: definition.arguments.optional(),
  parameters: definition.parameters.optional(),
  configuration: definition.configuration.optional(),
  policy: definition.policy.optional(),
});
export type NewJobBody = z.infer<typeof newJobBody>;

/** What is left out stays. */
export const changedJobBody = newJobBody.partial();
export type ChangedJobBody = z.infer<typeof changedJobBody>;

export const copyJobBody = z.object({ name: jobName });

/** The version of the format in which jobs are exported; what reads it knows earlier ones as well. */
export const jobExportVersion = 1;

/** A job as a file: what it takes to make it again, in this project or another. Secrets go with it as written, for who may change the job. */
export const jobExport = z.object({
  format: z.literal('emberlab-job'),
  version: z
    .number()
    .int()
    .min(1)
    .max(jobExportVersion, 'This file comes from a newer version of Emberlab, which this one cannot read.'),
  job: z.object({ name: jobName, ...definition }),
});
export type JobExport = z.infer<typeof jobExport>;

export const importJobBody = z.object({
  file: jobExport,
  name: jobName.optional().meta({ description: 'absent: as in the file' }),
});

export const jobsQuery = z.object({
  search: z.string().max(200).optional().meta({ description: 'part of the name' }),
  name: z.string().max(200).optional().meta({ description: 'exactly this name, in any case' }),
  type: jobType.optional(),
  state: executionState.optional().meta({ description: 'of the last run' }),
  owner: z.string().max(254).optional().meta({ description: 'e-mail address, or `me`' }),
  running: z.enum(['0', '1']).optional().meta({ description: '1: those with a run that has not ended' }),
  sort: z.enum(jobSorts).default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});

export const inspectionQuery = z.object({ program: programPath });

/** What can be told of a program before there is a job: it fills the form. */
export const inspection = z.object({
  program: z.string(),
  type: jobType.nullable().meta({ description: 'null: it is no program of any type' }),
  types: z.array(jobType).meta({ description: 'what it can be' }),
  name: z.string().meta({ description: 'one that is free in the project' }),
  mainClass: z.string().nullable().meta({ description: 'of a jar: what its manifest names' }),
  kernel: z.string().nullable().meta({ description: "of a notebook: the name of the kernel's spec" }),
  configuration: configurationShape.meta({ description: "the project's defaults for such a job" }),
  parameters: z
    .array(notebookParameter)
    .meta({ description: 'of a notebook: what its cell with the tag `parameters` sets' }),
  problems: z.array(z.string()).meta({ description: 'why it cannot be run as it is' }),
});
export type Inspection = z.infer<typeof inspection>;
