import { z } from 'zod';
import { email, instant, labelText, opaqueId } from './primitives.ts';
import { projectName } from './projects.ts';

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

/** Begins a login through the provider; `next`: where to go afterwards, a path of our own. */
export const openIdBody = z.object({ next: z.string().max(2000).optional() });

/** Where the browser has to go now. */
export const openIdStart = z.object({ url: z.string() });

/** How somebody can log in. */
export const signIn = z.object({
  password: z.boolean(),
  /** the login provider, if there is one, and whether the account is linked with it */
  openId: z.object({ label: z.string(), linked: z.boolean() }).nullable(),
});
export type SignIn = z.infer<typeof signIn>;

/** What the login page needs to know before anyone has logged in. */
export const authState = z.object({
  setUpNeeded: z.boolean(),
  user: user.nullable(),
  /** another way to log in than a password */
  openId: z.object({ label: z.string() }).nullable(),
});
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

/** What a page grants to a command line that waits. `challenge`: base64url of SHA-256 of what only that has. */
export const cliGrantBody = newTokenBody.extend({ challenge: z.string().regex(/^[\w-]{43}$/) });
export const cliCode = z.object({ code: z.string() });
export const cliRedeemBody = z.object({ code: z.string().min(1).max(200), verifier: z.string().min(43).max(128) });
export const cliToken = z.object({ token: createdToken, user });

/** An account for a program. Its address names it where people are named by theirs, such as among the members of a project. */
export const serviceAccount = z.object({
  id: opaqueId,
  email: z.string(),
  name: z.string(),
  tokens: z.number().int(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});
export type ServiceAccount = z.infer<typeof serviceAccount>;

export const newServiceAccountBody = z.object({
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
      'A name has 2 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen.',
    ),
  label: labelText,
});

/** A person's account, as administrators see it. */
export const person = user.extend({
  disabledAt: instant.nullable(),
  locked: z.boolean().meta({ description: 'whether there were too many wrong passwords a short while ago' }),
  lastSeenAt: instant.nullable().meta({
    description: 'when a login or token that they have was used last; null: they have none, or it was never used',
  }),
  projects: z.number().int().meta({ description: 'how many they are in' }),
});
export type Person = z.infer<typeof person>;

export const peopleQuery = z.object({
  search: z.string().max(200).optional().meta({ description: 'part of a name or e-mail address' }),
  show: z.enum(['active', 'disabled', 'administrators']).optional(),
  cursor: z.string().max(300).optional().meta({ description: '`next` of the page before' }),
});

export const administratorBody = z.object({ admin: z.boolean() });

/** The short tour of a project's Jupyter page: whether its user has gone through it, or left it. */
export const tourState = z.object({ ended: z.boolean() });
