import { projectName, profileWord } from '@emberlab/contract';
import { z } from 'zod';
import type { Profile } from './spawners/profile.ts';

const leastMemoryMb = 512;
const memory = z
  .number()
  .int()
  .min(leastMemoryMb, `JupyterLab needs ${leastMemoryMb} MB or more`)
  .max(100_000_000)
  .nullable()
  .default(null);
const cores = z.number().min(0.1).max(1024).nullable().default(null);
/** Configurations ask for whole cores. */
const mostCores = z.number().int().min(1).max(1024).nullable().default(null);
const keyWords = 'please write a key as Kubernetes has them';
/** A key of Kubernetes: a name, with a domain in front or without. */
const key = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, keyWords);
const label = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, 'please write a value as labels have them');

const toleration = z
  .strictObject({
    key: key.optional(),
    operator: z.enum(['Equal', 'Exists']).default('Equal'),
    value: label.optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  })
  .refine((one) => (one.operator === 'Equal' ? one.key !== undefined : one.value === undefined), {
    message: 'Equal takes a key and a value, Exists no value',
  })
  .transform(({ operator, key: of, value, effect }) => ({
    operator,
    ...(of === undefined ? {} : { key: of }),
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined ? {} : { effect }),
  }));

const one = z
  .strictObject({
    label: z.string().trim().min(1).max(80),
    description: z.string().trim().min(1).max(300).nullable().default(null),
    image: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._/:@-]*(:[A-Za-z0-9._-]+)?$/,
        'please write the name of an image, such as registry.example.org/emberlab:1',
      )
      .nullable()
      .default(null),
    memory_mb: memory,
    cores,
    max_memory_mb: memory,
    max_cores: mostCores,
    node_selector: z
      .record(z.string(), label)
      .refine((labels) => Object.keys(labels).every((one_) => key.safeParse(one_).success), keyWords)
      .default({}),
    tolerations: z.array(toleration).max(20).default([]),
    projects: z.array(projectName).default([]),
    default: z.boolean().default(false),
  })
  .refine((profile) => within(profile.memory_mb, profile.max_memory_mb), {
    message: 'is more than max_memory_mb',
    path: ['memory_mb'],
  })
  .refine((profile) => within(profile.cores, profile.max_cores), {
    message: 'is more than max_cores',
    path: ['cores'],
  });

const within = (value: number | null, most: number | null): boolean => value === null || most === null || value <= most;

/** A profile as the settings have it. */
export type ProfileSettings = z.infer<typeof one> & { readonly name: string };

/** Tables by their names; in the environment the same as JSON. */
export const profilesSetting = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(fromJson)], 'please write a table for each profile')
  .transform((tables, context): ProfileSettings[] => {
    const profiles = Object.entries(tables).flatMap(([name, table]) => {
      if (!profileWord.test(name)) {
        context.addIssue(
          `${name} is no name of a profile: please take up to 40 lower-case letters, digits and dashes, a letter first`,
        );
        return [];
      }
      const parsed = one.safeParse(table);
      if (parsed.success) return [{ ...parsed.data, name }];
      for (const issue of parsed.error.issues) {
        const where = [name, ...issue.path].join('.');
        const what =
          issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not a setting of it` : issue.message;
        context.addIssue(`${where}: ${what}`);
      }
      return [];
    });
    const defaults = profiles.filter((profile) => profile.default).map(({ name }) => name);
    if (defaults.length > 1) context.addIssue(`only one profile can be the default, not ${defaults.join(' and ')}`);
    const twice = profiles.find(({ label: its }, index) => profiles.findIndex((other) => other.label === its) < index);
    if (twice !== undefined)
      context.addIssue(`two profiles have the label ${twice.label}: people could not tell them apart`);
    return profiles;
  });

type Share = Profile['gives'];

/** Profiles as spawners have them, the default first: that marked so, else the first. `image`, `gives`: of those that don't say. */
export function compileProfiles(
  settings: readonly ProfileSettings[],
  { image, gives }: { readonly image: string; readonly gives: Share },
): Profile[] {
  return settings
    .toSorted((a, b) => Number(b.default) - Number(a.default))
    .map((profile) => {
      const most = { memoryMb: profile.max_memory_mb, cores: profile.max_cores };
      return {
        name: profile.name,
        label: profile.label,
        description: profile.description,
        image: profile.image ?? image,
        gives: {
          memoryMb: profile.memory_mb ?? smaller(gives.memoryMb, most.memoryMb),
          cores: profile.cores ?? smaller(gives.cores, most.cores),
        },
        most,
        nodeSelector: profile.node_selector,
        tolerations: profile.tolerations,
        projects: profile.projects.length === 0 ? null : profile.projects,
      };
    });
}

const smaller = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/** Sentences about profiles that go with no spawner, or not with this one. */
export function* profileContradictions(
  profiles: readonly ProfileSettings[],
  spawner: 'local' | 'docker' | 'kubernetes',
): Generator<string> {
  if (profiles.length > 0 && spawner === 'local') {
    yield 'spawner_profiles says what Jupyter servers run in, and with spawner = local they run in nothing of that kind: please set spawner = docker or kubernetes, or leave the profiles out.';
  }
  if (spawner !== 'docker') return;
  for (const { name, node_selector: selector, tolerations } of profiles) {
    if (Object.keys(selector).length === 0 && tolerations.length === 0) continue;
    yield `spawner_profiles.${name}: node_selector and tolerations are for spawner = kubernetes; with docker all servers run on this machine.`;
  }
}

function fromJson(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  context.addIssue('please write a table for each profile');
  return z.NEVER;
}
