import { z } from 'zod';

const common = {
  /** an address of the web, without the slash at its end */
  address: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'please write an address such as http://HOST:PORT')
    .transform((url) => url.replace(/\/+$/, '')),
};

const hdfs = z.strictObject({
  type: z.literal('hdfs'),
  /** WebHDFS of the NameNodes */
  addresses: z.tuple([common.address], common.address),
  /** the folder of all projects; it has to be there */
  root: z.string().regex(/^\/\S*$/, 'please write a whole path, such as /emberlab/projects'),
  user: z.string().regex(/^[\w.-]+$/, 'please write the name of a user'),
  on_behalf_of: z
    .string()
    .regex(/^[\w.-]+$/, 'please write the name of a user')
    .nullable()
    .default(null),
  group: z
    .string()
    .regex(/^[\w.{}-]+$/, 'please write the name of a group, with {project} in it')
    .refine((group) => group.includes('{project}'), 'please put {project} into it: each project has a group of its own')
    .nullable()
    .default('emberlab-{project}'),
});

const s3 = z.strictObject({
  type: z.literal('s3'),
  endpoint: common.address.nullable().default(null),
  region: z.string().min(1).default('us-east-1'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'please write the name of a bucket'),
  prefix: z
    .string()
    .transform((prefix) => prefix.replace(/^\/+|\/+$/g, ''))
    .transform((prefix) => (prefix === '' ? '' : `${prefix}/`))
    .default(''),
});

const one = z.discriminatedUnion('type', [hdfs, s3], 'please give it a type: hdfs or s3');

/** Where the files of projects are, as the settings have it. The keys of an object store are settings of their own. */
export type FilesSettings = z.infer<typeof one>;

/** The table [files]; in the environment the same as JSON. */
export const filesSetting = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(fromJson)], 'please write a table')
  .transform((given, context): FilesSettings => {
    const parsed = one.safeParse(given);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const what =
        issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not a setting of it` : issue.message;
      context.addIssue([...issue.path, what].join(': '));
    }
    return z.NEVER;
  });

function fromJson(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  context.addIssue('please write a table');
  return z.NEVER;
}
