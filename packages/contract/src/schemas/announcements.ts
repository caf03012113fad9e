import { z } from 'zod';
import { instant, opaqueId } from './primitives.ts';

/** `info`: each reader may put it away · `warning`: it stays until it is over. */
export const announcementLevel = z.enum(['info', 'warning']);
export type AnnouncementLevel = z.infer<typeof announcementLevel>;

/** Control characters but line ends, and direction marks. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const invisible = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

export const announcementText = z
  .string()
  .trim()
  .min(1, 'Please enter a text.')
  .max(1000, 'Please use at most 1000 characters.')
  .refine((text) => !invisible.test(text), 'Please leave out control characters and invisible marks.');

export const announcementBody = z
  .object({
    text: announcementText.meta({ description: 'plain text; lines stay lines' }),
    level: announcementLevel,
    from: instant.nullable().meta({ description: 'null: from now on, or as it was' }),
    until: instant.nullable().meta({ description: 'null: until somebody ends it' }),
    atLogin: z.boolean().meta({ description: 'whether people see it before they log in, strangers included' }),
  })
  .refine(({ from, until }) => until === null || from === null || from < until, {
    path: ['until'],
    message: 'It ends before it begins. Please choose a later time.',
  });
export type AnnouncementBody = z.input<typeof announcementBody>;

/** What readers see. */
export const shownAnnouncement = z.object({
  id: opaqueId,
  text: z.string(),
  level: announcementLevel,
  from: instant,
  until: instant.nullable(),
});
export type ShownAnnouncement = z.infer<typeof shownAnnouncement>;

export const announcement = shownAnnouncement.extend({
  atLogin: z.boolean(),
  state: z.enum(['planned', 'shown', 'over']),
  author: z.string().nullable().meta({ description: 'who wrote or changed it last; null: their account is gone' }),
  changedAt: instant,
});
export type Announcement = z.infer<typeof announcement>;

/** An event of the stream for pages that belong to no project. */
export const platformEvent = z.object({
  type: z.literal('announcements').meta({ description: 'others are shown than before: ask for them again' }),
});
