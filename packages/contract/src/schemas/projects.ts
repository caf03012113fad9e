import { z } from 'zod';
import { instant, labelText, opaqueId } from './primitives.ts';

/** A project's name is part of URLs and folder names, so it is plain ASCII; people see the label. */
export const projectName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'A project name has 2 to 63 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen.',
  );

/** `owner` manages members, environment and settings; `editor` runs things; `viewer` reads. */
export const role = z.enum(['viewer', 'editor', 'owner']);
export type Role = z.infer<typeof role>;

export const member = z.object({ userId: opaqueId, email: z.string(), name: z.string(), role, since: instant });
export type Member = z.infer<typeof member>;

export const project = z.object({
  id: opaqueId,
  name: projectName,
  label: z.string(),
  role: role.meta({ description: "the caller's" }),
  members: z.number().int(),
  running: z.object({ servers: z.number().int(), sessions: z.number().int() }),
  createdAt: instant,
  lastActivityAt: instant,
});
export type Project = z.infer<typeof project>;

export const newProjectBody = z.object({ name: projectName, label: labelText.optional() });
