import { z } from 'zod';
import { instant, labelText, opaqueId } from './primitives.ts';
import { projectName } from './projects.ts';

/** E-mail addresses are compared in lower case and stored so. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('Please enter an e-mail address, such as ada@example.org.'));

/** What can be said without knowing whose it is; the server refuses common ones too. At most 256 characters, so that hashing stays bounded. */
export const newPassword = z
  .string()
  .min(10, 'Please use at least 10 characters.')
  .max(256, 'Please use at most 256 characters.');

export const user = z.object({
  id: opaqueId,
  email: z.string(),
  name: z.string(),
  admin: z.boolean(),
  createdAt: instant,
});
export type User = z.infer<typeof user>;

export const setUpBody = z.object({
  token: z.string().min(1).max(200),
  email,
  name: labelText,
  password: newPassword,
});

export const logInBody = z.object({ email: z.string().max(254), password: z.string().max(256) });

export const newPasswordBody = z.object({ current: z.string().max(256), password: newPassword });

/** How somebody can log in. */
export const signIn = z.object({ password: z.boolean() });
export type SignIn = z.infer<typeof signIn>;

/** What the login page needs to know before anyone has logged in. */
export const authState = z.object({ setUpNeeded: z.boolean(), user: user.nullable() });
export type AuthState = z.infer<typeof authState>;

/** A place where somebody is logged in with a browser. */
export const loginEntry = z.object({
  id: opaqueId,
  /** whether it is the one that asks */
  current: z.boolean(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: instant,
  lastSeenAt: instant,
  /** unless it is used before */
  expiresAt: instant,
});
export type LoginEntry = z.infer<typeof loginEntry>;

/** What a token may do. Each includes `read`, and none goes beyond what its user may do. */
export const scope = z.enum(['read', 'run', 'manage', 'admin']);
export type Scope = z.infer<typeof scope>;

/** Whether a token with these scopes (null: all) may do what needs one. */
export const allowsScope = (scopes: readonly Scope[] | null, needed: Scope): boolean =>
  scopes === null || scopes.includes(needed) || (needed === 'read' && scopes.length > 0);

export const apiToken = z.object({
  id: opaqueId,
  name: z.string(),
  scopes: z.array(scope).nullable().meta({ description: 'null: all that its user may do' }),
  projects: z.array(z.string()).nullable().meta({ description: 'the only projects that it opens; null: all' }),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});
export type ApiToken = z.infer<typeof apiToken>;

export const newTokenBody = z.object({
  name: labelText,
  expiresInDays: z.number().int().min(1).max(365).nullable().default(90),
  scopes: z.array(scope).min(1, 'Please choose what the token may do.').max(4).default(['read', 'run', 'manage']),
  projects: z.array(projectName).min(1, 'Please choose a project, or all of them.').max(100).nullable().default(null),
});

/** The secret is shown once, in this answer, and stored only as a digest. */
export const createdToken = apiToken.extend({ secret: z.string() });
