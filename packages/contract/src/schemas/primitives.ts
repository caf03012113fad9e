import { z } from 'zod';

/** An instant as ISO 8601 in UTC with milliseconds: `2026-01-31T09:30:00.000Z`. */
export const instant = z.iso.datetime({ precision: 3 }).meta({ description: 'ISO 8601, UTC, milliseconds' });

/** An opaque, URL-safe identifier that is never used again. */
export const opaqueId = z.string().regex(/^[a-z0-9]{8,40}$/, 'An id has 8 to 40 lower-case letters and digits.');

/** Control characters and direction marks: they make one text look like another, so no name may contain them. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const invisible = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** A short text for people: trimmed, one line, nothing invisible in it. `empty` is said where there is none. */
export const lineText = (most: number, empty: string) =>
  z
    .string()
    .trim()
    .min(1, empty)
    .max(most, `Please use at most ${most} characters.`)
    .refine((text) => !invisible.test(text), 'Please leave out control characters and invisible marks.');

/** Such as the label of a project. */
export const labelText = lineText(120, 'Please enter a text.');

/** A list answer. `next` is the cursor of the following page, or null on the last. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** Of logs: what there is, or that and all that comes, until the reader goes. */
export const followQuery = z.object({ follow: z.enum(['0', '1']).optional() });

/** The answer of calls that return nothing. */
export const nothing = z.object({});

/** E-mail addresses are compared in lower case and stored so. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('Please enter an e-mail address, such as ada@example.org.'));
