import { engineName } from '@emberlab/contract';
import { z } from 'zod';
import { kubernetesEngine } from './kubernetes-settings.ts';

const host = /^[A-Za-z0-9.-]+$|^\[[0-9A-Fa-f:]+\]$/;

const standalone = z.strictObject({
  type: z.literal('standalone'),
  master: z
    .string()
    .regex(
      /^spark:\/\/[^\s,/]+:\d{1,5}(,[^\s,/]+:\d{1,5})*$/,
      'please write spark://HOST:PORT, or spark://HOST:PORT,HOST:PORT',
    ),
  /** the address of the master's web page; null: nobody asks the cluster what it has */
  page: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'please write an address such as http://HOST:8080')
    .transform((page) => page.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  /** under which name or address the workers reach this machine */
  driver_host: z.string().regex(host, 'please write a name or an address, without a port'),
  /** a Spark of the cluster's version; default: the platform's own */
  spark_home: z.string().min(1).nullable().default(null),
  /** what people read; default: its name */
  label: z.string().min(1).max(80).nullable().default(null),
});

const folder = z.string().regex(/^\//, 'please write a whole path');

const yarn = z.strictObject({
  type: z.literal('yarn'),
  /** the folder with the cluster's core-site.xml and yarn-site.xml, on this machine */
  conf_dir: folder,
  /** queues that applications may be in, the first for those that name none */
  queues: z.tuple([z.string().min(1)], z.string().min(1)).default(['default']),
  /** where the cluster asks for Kerberos: the keytab of that user, on this machine, and who it is for */
  keytab: folder.nullable().default(null),
  principal: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, 'please write NAME@REALM')
    .nullable()
    .default(null),
  /** settings of Kerberos; default: the machine's own */
  krb5_conf: folder.nullable().default(null),
  /** whether applications run as that user, or as the members whose they are, for whom that user stands in */
  run_as: z.enum(['engine', 'member']).default('engine'),
  /** the domain of the members' addresses, whose first parts are their names on the cluster */
  member_domain: z
    .string()
    .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, 'please write a domain, such as example.org')
    .nullable()
    .default(null),
  /** as whom of the cluster applications run, or who stands in for others */
  user: z.string().regex(/^[\w.-]+$/, 'please write the name of a user'),
  /** where drivers on the cluster reach the platform; default: its public address */
  agent_url: z
    .string()
    .regex(/^wss?:\/\/[^\s?#]+$/, 'please write ws://HOST:PORT or wss://HOST:PORT')
    .transform((url) => url.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  /** Spark on the cluster's machines; default: its jars go there */
  spark_on_nodes: folder.nullable().default(null),
  /** an archive with Spark's jars on the cluster's file system */
  spark_archive: z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*:\/\/?\S+$/, 'please write an address such as hdfs:///spark/jars.zip')
    .nullable()
    .default(null),
  /** whether environments of projects are brought to the cluster as archives, or are there under the same path */
  environments: z.enum(['packed', 'shared']).default('packed'),
  /** the folder on the cluster's file system for what Emberlab keeps there; default: one in the user's home */
  folder: z
    .string()
    .regex(/^(?:[a-z][a-z0-9+.-]*:\/)?\/\S+$/, 'please write a whole path, such as /apps/emberlab')
    .transform((path) => path.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  /** whose R runs there: that of the machines, or that of this machine, which goes along */
  r: z.enum(['machines', 'packed']).default('machines'),
  /** the Python on the cluster's machines; default: that of the environments */
  python: folder.nullable().default(null),
  /** a Spark of another version than the platform's own */
  spark_home: z.string().min(1).nullable().default(null),
  /** what people read; default: its name */
  label: z.string().min(1).max(80).nullable().default(null),
});

const wholeYarn = yarn
  .refine((engine) => (engine.run_as === 'member') === (engine.member_domain !== null), {
    message: 'run_as = "member" and member_domain belong together',
    path: ['member_domain'],
  })
  .refine((engine) => (engine.keytab === null) === (engine.principal === null), {
    message: 'a keytab and its principal belong together',
    path: ['keytab'],
  });

const one = z.discriminatedUnion(
  'type',
  [standalone, wholeYarn, kubernetesEngine],
  'please give it a type: standalone, yarn or kubernetes',
);

/** A cluster as the settings have it. */
export type EngineSettings = z.infer<typeof one> & { readonly name: string };

/** Tables by their names; in the environment the same as JSON. */
export const enginesSetting = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(fromJson)], 'please write a table for each engine')
  .transform((tables, context): EngineSettings[] =>
    Object.entries(tables).flatMap(([name, table]) => {
      const named = engineName.safeParse(name);
      if (!named.success || name === 'local') {
        context.addIssue(
          name === 'local'
            ? 'local is the engine of this machine: please choose another name'
            : `${name} is no name of an engine: please take lower-case letters, digits and dashes`,
        );
        return [];
      }
      const parsed = one.safeParse(table);
      if (parsed.success) return [{ ...parsed.data, name }];
      const [issue] = parsed.error.issues;
      const where = [name, ...(issue?.path ?? [])].join('.');
      const what =
        issue?.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not a setting of it` : issue?.message;
      context.addIssue(`${where}: ${what ?? 'it can’t be read'}`);
      return [];
    }),
  );

function fromJson(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  context.addIssue('please write a table for each engine');
  return z.NEVER;
}
