import { z } from 'zod';
import { instant, labelText, opaqueId } from './primitives.ts';
import { email } from './users.ts';

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

/** `active`: in use · `archived`: it can be read, and nothing runs in it · `deleting`: what is in it is being removed. */
export const projectState = z.enum(['active', 'archived', 'deleting']);
export type ProjectState = z.infer<typeof projectState>;

/** What is being done for a deletion, in this order: ending what runs, removing the files, the Python environment, and what is written down. */
export const deletionStep = z.enum(['stopping', 'files', 'environment', 'records']);
export type DeletionStep = z.infer<typeof deletionStep>;

export const project = z.object({
  id: opaqueId,
  name: projectName,
  label: z.string(),
  role: role.meta({ description: "the caller's" }),
  state: projectState,
  archivedAt: instant.nullable(),
  deletion: z
    .object({ step: deletionStep, startedAt: instant, problem: z.string().nullable() })
    .nullable()
    .meta({ description: 'how far it is; null: it is not being deleted' }),
  members: z.number().int(),
  running: z.object({ servers: z.number().int(), sessions: z.number().int() }),
  createdAt: instant,
  lastActivityAt: instant,
});
export type Project = z.infer<typeof project>;

export const newProjectBody = z.object({ name: projectName, label: labelText.optional() });
export const changedProjectBody = z.object({ label: labelText });
export const deleteProjectBody = z.object({
  name: z.string().max(200).meta({ description: "the project's, once more: nothing brings it back" }),
});

export const memberEmail = email;
export const memberBody = z.object({ role });

/** As many at once as a large team has. */
export const membersBody = z.object({
  members: z
    .array(z.object({ email, role }))
    .min(1, 'Please name somebody.')
    .max(2000, 'Please name at most 2,000 people at once.'),
});
export const membersAnswer = z.object({
  added: z.number().int(),
  changed: z.number().int(),
  unknown: z.array(z.string()).meta({ description: 'addresses that nobody has an account with' }),
});
export type MembersAnswer = z.infer<typeof membersAnswer>;

/** A link that lets people join. Its secret is shown once, when it is made. */
export const invitation = z.object({
  id: opaqueId,
  role,
  email: z.string().nullable().meta({ description: 'the only address that may use it; null: whoever has the link' }),
  createdBy: z.string().meta({ description: 'a name' }),
  createdAt: instant,
  expiresAt: instant,
  uses: z.number().int(),
  maxUses: z.number().int(),
});
export type Invitation = z.infer<typeof invitation>;

export const newInvitationBody = z.object({
  role,
  email: email.nullable().default(null),
  expiresInDays: z.number().int().min(1).max(30).default(7),
  maxUses: z.number().int().min(1).max(1000).default(1),
});

export const createdInvitation = invitation.extend({ url: z.string() });
export const invitationSecret = z.object({ secret: z.string().min(1).max(200) });

/** What an invitation is to who has its link. */
export const shownInvitation = z.object({
  project: z.object({ name: projectName, label: z.string() }),
  role,
  invitedBy: z.string(),
  expiresAt: instant,
  member: z.boolean().meta({ description: 'whether the caller is one already' }),
});
export type ShownInvitation = z.infer<typeof shownInvitation>;
