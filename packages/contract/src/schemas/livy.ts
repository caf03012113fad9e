import { z } from 'zod';
import { instant } from './primitives.ts';

/** Where a Livy server is: what stands before `/sessions` in its addresses. Without a slash at the end. */
export const livyUrl = z
  .string()
  .trim()
  .max(500)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      context.addIssue(
        'Please write an address that begins with http:// or https://, such as http://livy.example.org:8998.',
      );
    } else if (url.username !== '' || url.password !== '') {
      context.addIssue('Please write user and password into their own fields, not into the address.');
    } else if (/[?#]/.test(text)) {
      context.addIssue('Please leave out what stands behind ? or #.');
    } else {
      return url.href.replace(/\/+$/, '');
    }
    return z.NEVER;
  });

/** Who the sessions run as on the cluster, where Livy may impersonate: whoever Livy runs as, the owner's e-mail address, or what stands before its @. */
export const livyRunAs = z.enum(['livy', 'email', 'name']);
export type LivyRunAs = z.infer<typeof livyRunAs>;

const secret = z
  .string()
  .min(1, 'Please enter it.')
  .max(4000)
  .optional()
  .meta({ description: 'absent: the stored one, which is kept for the same address and kind of login only' });

export const livySettingsBody = z.strictObject({
  url: livyUrl,
  login: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('basic'),
      user: z
        .string()
        .min(1, 'Please enter a user name.')
        .max(200)
        // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
        .regex(/^[^:\u0000-\u001f\u007f]+$/, 'A user name has no colon.'),
      password: secret,
    }),
    z.strictObject({
      type: z.literal('bearer'),
      token: secret.refine((text) => text === undefined || /^[\x21-\x7e]+$/.test(text), 'A token is one word.'),
    }),
  ]),
  runAs: livyRunAs.default('livy'),
});
export type LivySettingsBody = z.infer<typeof livySettingsBody>;

/** The Livy that a project's sessions run on; `server` null: on Emberlab's own drivers. */
export const livySettings = z.object({
  server: z
    .object({
      url: z.string(),
      login: z.enum(['none', 'basic', 'bearer']),
      user: z.string().nullable(),
      runAs: livyRunAs,
      changedAt: instant,
    })
    .nullable(),
  allowed: z.array(z.string()).meta({ description: 'the addresses that owners may set' }),
  mayChooseAny: z.boolean().meta({ description: 'whether the caller may set others as well, as an administrator' }),
});
export type LivySettings = z.infer<typeof livySettings>;

/** How a try of a Livy went. */
export const livyTest = z.object({
  works: z.boolean(),
  message: z.string().meta({ description: 'one sentence for people: what is there, or what is wrong' }),
  version: z.string().nullable(),
});
export type LivyTest = z.infer<typeof livyTest>;
