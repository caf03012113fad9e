import { z } from 'zod';

/** Source that a wheel is built of before anything is installed. */
const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path: z.string(), fileName: z.string() }),
  z.object({ kind: z.literal('git'), url: z.string(), ref: z.string().optional() }),
]);
export type Source = z.infer<typeof source>;

/** What a change does, as its row has it. Paths are below the project's environments. */
export const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create') }),
  z.object({
    kind: z.literal('install'),
    requirements: z.array(z.string()),
    wheel: z.object({ path: z.string(), name: z.string(), fileName: z.string() }).nullable(),
    source: source.nullable(),
  }),
  z.object({ kind: z.literal('uninstall'), packages: z.array(z.string()) }),
  z.object({ kind: z.literal('update'), packages: z.array(z.string()).nullable() }),
  z.object({ kind: z.literal('recreate'), keep: z.boolean() }),
  z.object({ kind: z.literal('restore'), revision: z.number().int() }),
  z.object({ kind: z.literal('repair') }),
]);
export type Change = z.infer<typeof change>;

/** Something that somebody asked for, beside the base set; `name` is in its normal form. */
export const asked = z.object({
  name: z.string(),
  kind: z.enum(['index', 'wheel', 'source', 'git', 'excluded']),
  requirement: z.string(),
  detail: z.string().nullable(),
});
export type Asked = z.infer<typeof asked>;

const mostNamed = 4;
const listed = (names: readonly string[]): string =>
  names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`
    : names.join(', ');

/** What a change is called. */
export function titleOf(wanted: Change): string {
  switch (wanted.kind) {
    case 'create':
      return 'Make the environment';
    case 'install':
      if (wanted.wheel !== null) return `Install ${wanted.wheel.fileName}`;
      if (wanted.source?.kind === 'file') return `Install ${wanted.source.fileName}`;
      if (wanted.source?.kind === 'git')
        return `Install ${wanted.source.url}${wanted.source.ref === undefined ? '' : ` at ${wanted.source.ref}`}`;
      return `Install ${listed(wanted.requirements)}`;
    case 'uninstall':
      return `Uninstall ${listed(wanted.packages)}`;
    case 'update':
      return wanted.packages === null ? 'Update all' : `Update ${listed(wanted.packages)}`;
    case 'recreate':
      return wanted.keep ? 'Recreate' : 'Recreate from the base set alone';
    case 'restore':
      return `Restore revision ${wanted.revision}`;
    case 'repair':
      break;
  }
  return 'Repair';
}
