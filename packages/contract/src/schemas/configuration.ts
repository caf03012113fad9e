import { z } from 'zod';
import { configurationProblems } from '../configuration/problems.ts';
import { jobProfileProblems } from '../configuration/profiles.ts';
import {
  configurationShape,
  type Configuration,
  type PythonConfiguration,
  type SparkConfiguration,
} from '../configuration/shape.ts';
import { engineChoice, engineTypes } from './engines.ts';
import { instant } from './primitives.ts';
import { profileChoice } from './profiles.ts';

/** Compute settings, for Jupyter servers and for jobs alike, checked as a whole. */
export const configuration = configurationShape.superRefine((value, context) => {
  for (const { path, line, message } of configurationProblems(value)) {
    context.addIssue({
      code: 'custom',
      path: [...path],
      message: line === undefined ? message : `Line ${line}: ${message}`,
    });
  }
});

/** What members of a project begin with, as its owners have said. */
export const configurationDefaults = z.object({
  jupyter: configurationShape,
  jobs: configurationShape,
  changedAt: instant.nullable().meta({ description: "null: nobody has, these are the platform's" }),
});
export type ConfigurationDefaults = z.infer<typeof configurationDefaults>;

/** A configuration of jobs, checked as a whole. */
export const jobConfiguration = configuration.superRefine((value, context) => {
  for (const { path, message } of jobProfileProblems(value)) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
});

export const configurationDefaultsBody = z.object({ jupyter: configuration, jobs: jobConfiguration });

/** Where the Spark applications of a project run. */
export const sparkPlace = z.object({
  engine: z.enum([...engineTypes, 'livy']),
  master: z.string().nullable().meta({ description: "null: the project's Livy decides" }),
  executors: z
    .boolean()
    .meta({ description: "false: tasks run in the driver, and the executors' fields have no effect" }),
  choices: z
    .array(engineChoice)
    .meta({ description: 'the engines that configurations may name; the first is that of those that name none' }),
});
export type SparkPlace = z.infer<typeof sparkPlace>;

/** Where what configurations speak of runs: Spark applications, and Jupyter servers. */
export const configurationPlace = sparkPlace.extend({
  profiles: z
    .array(profileChoice)
    .meta({ description: 'those that configurations of servers may name; the first is that of those that name none' }),
});
export type ConfigurationPlace = z.infer<typeof configurationPlace>;

/** What a configuration is for. */
export const configurationUse = z.enum(['jupyter', 'job']);
export type ConfigurationUse = z.infer<typeof configurationUse>;

/** What a configuration comes to: what is wrong with it, its files included, and what Spark would get. */
export const checkedConfiguration = z.object({
  problems: z.array(
    z.object({
      path: z.string().meta({ description: 'the field, such as jars.0' }),
      line: z.number().int().nullable(),
      message: z.string(),
    }),
  ),
  effective: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().nullable().meta({ description: 'null: a secret' }),
        from: z.enum(['field', 'properties', 'default', 'pinned']),
        label: z.string().nullable().meta({ description: 'the field' }),
        line: z.number().int().nullable().meta({ description: 'the line of Properties' }),
      }),
    )
    .nullable()
    .meta({ description: 'by name; null: there is no Spark, or something is wrong' }),
});
export type CheckedConfiguration = z.infer<typeof checkedConfiguration>;

export type { Configuration, PythonConfiguration, SparkConfiguration };
