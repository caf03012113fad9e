import { engineName } from '@emberlab/contract';
import { z } from 'zod';

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

const one = z.discriminatedUnion('type', [standalone], 'please give it a type: standalone');

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
