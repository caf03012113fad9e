import { z } from 'zod';
import { instant, labelText, opaqueId } from './primitives.ts';

/** E-mail addresses are compared in lower case and stored so. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('Please enter an e-mail address, such as ada@example.org.'));

/** Length is the only rule that helps; at most 256 characters, so that hashing stays bounded. */
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

/** What the login page needs to know before anyone has logged in. */
export const authState = z.object({ setUpNeeded: z.boolean(), user: user.nullable() });
export type AuthState = z.infer<typeof authState>;

export const apiToken = z.object({
  id: opaqueId,
  name: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});
export type ApiToken = z.infer<typeof apiToken>;

export const newTokenBody = z.object({
  name: labelText,
  expiresInDays: z.number().int().min(1).max(365).nullable().default(90),
});

/** The secret is shown once, in this answer, and stored only as a digest. */
export const createdToken = apiToken.extend({ secret: z.string() });
