import { z } from 'zod';
import { libraryName } from './libraries.ts';

/** An address of a package index. A password in it is kept sealed and shown as `***`; sent back so, the stored one stays. */
export const indexUrl = z
  .string()
  .trim()
  .max(1000)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !['http:', 'https:'].includes(url.protocol) || /\s/.test(text)) {
      context.addIssue(
        'Please write an address that begins with http:// or https://, such as https://pypi.example.org/simple.',
      );
    } else if (/[?#]/.test(text)) {
      context.addIssue('Please leave out what stands behind ? or #.');
    } else {
      return url.href.replace(/\/+$/, '');
    }
    return z.NEVER;
  });

const host = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/, 'Please write a host, such as pypi.example.org.');

/** Where libraries are to come from in all projects, and which may not come. */
export const indexSettingsBody = z.strictObject({
  indexUrl: indexUrl.nullable().meta({ description: 'null: what the settings of pip and uv on this machine say' }),
  extraIndexUrls: z.array(indexUrl).max(10).meta({ description: 'are asked before it' }),
  trustedHosts: z.array(host).max(20).meta({ description: 'whose certificate is not checked' }),
  wheelFolder: z
    .string()
    .trim()
    .max(1000)
    .regex(/^\/[^\n]*$/, 'Please write a path from the root on, such as /srv/wheels.')
    .nullable()
    .meta({ description: 'a folder on this machine with wheels' }),
  offline: z.boolean().meta({ description: 'no index is asked: everything is in the folder' }),
  constraints: z.string().max(100_000).meta({ description: 'lines such as numpy<3 that hold in all projects' }),
  refused: z.array(libraryName).max(1000).meta({ description: 'libraries that nobody may install' }),
});
export type IndexSettings = z.infer<typeof indexSettingsBody>;

/** The same as it is kept; a password in an address is shown as `***`. */
export const indexSettings = z.strictObject({
  ...indexSettingsBody.shape,
  indexUrl: z.string().nullable(),
  extraIndexUrls: z.array(z.string()),
});

export const indexTest = z.object({
  ok: z.boolean(),
  message: z.string().meta({ description: 'what was found, or what is wrong and what to do' }),
});
export type IndexTest = z.infer<typeof indexTest>;
