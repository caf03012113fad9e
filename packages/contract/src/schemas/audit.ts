import { z } from 'zod';
import { instant } from './primitives.ts';
import { projectName } from './projects.ts';

/** `refused`: they may not; `failed`: they may, but it couldn't be done, or not as it was asked for. */
export const auditOutcome = z.enum(['done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcome>;

/** By what it was known who asked: a login's cookie, an API token, a token at the Livy gateway, the page of a Jupyter server, the command line. */
export const auditVia = z.enum(['cookie', 'token', 'livy', 'app', 'command-line', 'platform', 'nobody']);
export type AuditVia = z.infer<typeof auditVia>;

/** Who did what to what, when, from where. Names are those of that time. */
export const auditEvent = z.object({
  id: z.number().int().meta({ description: 'grows with time' }),
  at: instant,
  actor: z.object({ id: z.string(), email: z.string().nullable() }).nullable(),
  via: auditVia,
  token: z.string().nullable().meta({ description: 'name of the token' }),
  action: z.string(),
  target: z.string().nullable(),
  project: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  address: z.string().nullable().meta({ description: 'IP address of the client' }),
  requestId: z.string().nullable(),
  outcome: auditOutcome,
  code: z.string().nullable().meta({ description: 'code of the error' }),
  repeats: z.number().int().meta({ description: 'how often the same came again within a minute' }),
});
export type AuditEvent = z.infer<typeof auditEvent>;

const anyDay = z.union([instant, z.iso.date()]);
const filter = {
  search: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'part of an e-mail address, target, IP address or request id' }),
  action: z.string().max(100).optional().meta({ description: 'an action, or all that begin with it: session' }),
  outcome: auditOutcome.optional(),
  from: anyDay.optional(),
  until: anyDay.optional().meta({ description: 'a day counts to its end, in UTC' }),
};
const page = {
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
const after = z
  .string()
  .regex(/^\d{1,15}$/)
  .optional()
  .meta({ description: 'only events with a greater id: what is new since the last export' });

export const projectAuditQuery = z.object({ ...filter, ...page });
export const projectAuditExportQuery = z.object({ ...filter, after });
export const auditQuery = projectAuditQuery.extend({ project: projectName.optional() });
export const auditExportQuery = projectAuditExportQuery.extend({ project: projectName.optional() });
