import { z } from 'zod';

/** What the dashboard shows about the platform itself. */
export const system = z.object({
  version: z.string(),
  sparkVersion: z.string().nullable(),
  notices: z.array(z.object({ level: z.enum(['info', 'warning']), message: z.string() })),
});
export type System = z.infer<typeof system>;
