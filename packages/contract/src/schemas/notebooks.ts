import { z } from 'zod';
import { configurationShape } from '../configuration/shape.ts';
import { instant, opaqueId } from './primitives.ts';

/** The path of a notebook in its project: relative, without a way out. */
export const notebookPath = z
  .string()
  .min(1)
  .max(1024)
  .refine((path) => !path.includes('\0') && path.split('/').every((part) => !['', '.', '..'].includes(part)), {
    message: 'The path has to lie in the project.',
  });

/** What one process of a kernel has executed for a notebook, and the configuration of the server in which it ran. */
export const notebookRun = z.object({
  id: opaqueId,
  path: z.string().meta({ description: 'in the project; as its member has named it, so it may hold any character' }),
  kernel: z.string().meta({ description: "the name of the kernel's spec" }),
  firstAt: instant.meta({ description: 'its first cell' }),
  lastAt: instant.meta({ description: 'its last cell' }),
  executions: z.number().int(),
  owner: z.object({ email: z.string(), name: z.string() }),
  mine: z.boolean(),
  configuration: configurationShape.nullable().meta({
    description:
      "null: of another version of Emberlab, which this one can't read. What may be a secret is left out of others'.",
  }),
});
export type NotebookRun = z.infer<typeof notebookRun>;

/** What changes of a run while it goes on. */
export const notebookNews = notebookRun.pick({ id: true, path: true, lastAt: true, executions: true, mine: true });
export type NotebookNews = z.infer<typeof notebookNews>;

/** A notebook by its last run. */
export const recentNotebook = notebookRun.extend({
  runs: z.number().int().meta({ description: 'how many are known' }),
  missing: z.boolean().meta({ description: "whether it is no longer where it ran: then it can't be opened" }),
});
export type RecentNotebook = z.infer<typeof recentNotebook>;

const whose = z
  .enum(['mine', 'all'])
  .default('all')
  .meta({ description: "the caller's runs, or those of all members" });
const page = {
  cursor: z.string().max(100).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

export const recentNotebooksQuery = z.object({
  whose,
  search: z.string().max(200).optional().meta({ description: 'a part of the path' }),
  ...page,
});

export const notebookRunsQuery = z.object({ path: notebookPath, whose, ...page });
