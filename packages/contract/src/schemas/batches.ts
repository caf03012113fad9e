import { z } from 'zod';
import { instant } from './primitives.ts';

/** A batch in Livy's sense: a program that runs once, in a Spark driver of its own. States are Livy's: `starting` → `running` → `success`, `dead` or `killed`. */
export const batch = z.object({
  id: z.number().int(),
  name: z.string().nullable(),
  file: z.string().meta({ description: 'the program: a path or an address' }),
  state: z.string(),
  owner: z.object({ email: z.string(), name: z.string() }),
  mine: z.boolean(),
  applicationId: z.string().nullable(),
  revision: z.number().int().nullable().meta({
    description: 'of the Python environment, which it keeps while another one is in use; null: not known, or not ours',
  }),
  external: z
    .object({ livy: z.string().meta({ description: 'host and port' }), sparkUiUrl: z.string().nullable() })
    .nullable()
    .meta({ description: "of a batch on the project's own Livy; its link leads there and is not proxied" }),
  problem: z.string().nullable(),
  createdAt: instant,
  endedAt: instant.nullable(),
});
export type Batch = z.infer<typeof batch>;
