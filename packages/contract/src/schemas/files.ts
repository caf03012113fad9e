import { z } from 'zod';
import { instant } from './primitives.ts';

/** A file or a folder of a project. */
export const projectEntry = z.object({
  name: z.string(),
  path: z.string().meta({ description: "below the project's folder" }),
  type: z.enum(['folder', 'file']),
  size: z.number().int().nullable().meta({ description: 'bytes; null of folders' }),
  changedAt: instant,
});
export type ProjectEntry = z.infer<typeof projectEntry>;

export const projectFolderQuery = z.object({
  path: z
    .string()
    .max(2000)
    .optional()
    .meta({ description: "below the project's folder; the folder itself if absent" }),
  after: z.string().max(2000).optional().meta({ description: 'the `next` of the page before' }),
});

export const projectEntryQuery = z.object({
  path: z.string().min(1).max(2000).meta({ description: "below the project's folder" }),
});

export const uploadQuery = z.object({
  name: z.string().min(1).max(1000).meta({ description: 'how the file is called' }),
});

/** The largest file that can be uploaded, bytes. */
export const maxUploadBytes = 1024 ** 3;
