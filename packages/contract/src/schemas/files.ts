import { z } from 'zod';
import { fileNameProblem } from '../file-names.ts';
import { instant, listOf, opaqueId } from './primitives.ts';
import { fileSorts } from '../words.ts';

const mostPath = 8000;
const below = "below the project's folder";

/** A file or a folder of a project. */
export const projectEntry = z.object({
  name: z.string(),
  path: z.string().meta({ description: below }),
  type: z
    .enum(['folder', 'file', 'other'])
    .meta({ description: 'other: neither, such as a link that leads nowhere; it can only be moved and removed' }),
  size: z.number().int().nullable().meta({ description: 'bytes; null of folders' }),
  changedAt: instant,
});
export type ProjectEntry = z.infer<typeof projectEntry>;

export type FileSort = (typeof fileSorts)[number];

export const projectFolderQuery = z.object({
  path: z
    .string()
    .max(mostPath)
    .optional()
    .meta({ description: `${below}; the folder itself if absent` }),
  after: z.string().max(2000).optional().meta({ description: 'the `next` of the page before' }),
  sort: z.enum(fileSorts).optional().meta({ description: 'name if absent; folders come first' }),
  reverse: z.enum(['0', '1']).optional(),
  find: z.string().max(200).optional().meta({ description: 'part of the name, in any case' }),
  all: z.enum(['0', '1']).optional().meta({ description: '1: also hidden names, and what is neither file nor folder' }),
});

/** A page of a folder. */
export const projectFolder = listOf(projectEntry).extend({
  total: z.number().int().meta({ description: 'entries on all pages' }),
});
export type ProjectFolder = z.infer<typeof projectFolder>;

export const fileSearchQuery = projectFolderQuery.pick({ path: true, find: true, all: true });

/** What was found in a folder and in those below it. */
export const foundFiles = z.object({
  items: z.array(projectEntry).meta({ description: 'those nearest to the folder first' }),
  cut: z.boolean().meta({ description: 'whether there is more than was looked at, or than an answer has' }),
});
export type FoundFiles = z.infer<typeof foundFiles>;

const path = z.string().min(1).max(mostPath).meta({ description: below });

export const projectEntryQuery = z.object({ path });

/** As Jupyter, one finds nothing by hidden names unless it is asked for all. */
export const foundEntryQuery = projectEntryQuery.extend({ all: z.enum(['0', '1']).optional() });

export const archiveFormats = ['tar', 'zip'] as const;
export const archiveQuery = projectEntryQuery.extend({ format: z.enum(archiveFormats).default('tar') });

const share = z
  .object({ used: z.number().int(), most: z.number().int() })
  .nullable()
  .meta({ description: 'null: the storage has no such quota' });

/** What a project's files take of the storage that they are in. */
export const filesUsage = z.object({
  storage: z.enum(['disk', 'hdfs', 's3']).meta({
    description: 'disk: a folder of the machine, for which the limits of the platform say all there is to say',
  }),
  bytes: z.number().int().nullable().meta({ description: 'of all files, each once; null of a disk' }),
  files: z.number().int().nullable(),
  space: share.meta({ description: 'bytes as the storage counts them, all copies of a file' }),
  names: share.meta({ description: 'files and folders' }),
});
export type FilesUsage = z.infer<typeof filesUsage>;

export const folderBody = z.object({ path });
export const moveBody = z.object({ from: path, to: path });

/** The most files and folders that one request removes. */
export const mostRemoved = 1000;

export const removalBody = z.object({
  paths: z.array(path).min(1).max(mostRemoved),
  forever: z.boolean().default(false).meta({ description: 'not into the bin' }),
});

/** What came of a removal. What failed is still there. */
export const removal = z.object({
  removed: z.number().int(),
  failed: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type Removal = z.infer<typeof removal>;

/** What was deleted and can be restored. */
export const binnedFile = z.object({
  id: opaqueId,
  name: z.string(),
  path: z.string().meta({ description: 'where it was' }),
  type: projectEntry.shape.type,
  size: z.number().int().nullable().meta({ description: 'bytes; null of folders that were not measured' }),
  deletedAt: instant,
  deletedBy: z.string().nullable().meta({ description: 'e-mail address' }),
  goesAt: instant.meta({ description: 'when it is removed for good' }),
});
export type BinnedFile = z.infer<typeof binnedFile>;

export const binQuery = z.object({
  find: z.string().max(200).optional().meta({ description: 'part of the path, in any case' }),
  after: z
    .string()
    .regex(/^\d{1,16}-[a-z0-9]{1,40}$/)
    .optional()
    .meta({ description: 'the `next` of the page before' }),
});

export const bin = listOf(binnedFile).extend({
  days: z.number().int().meta({ description: 'how long something is kept' }),
  total: z
    .object({ items: z.number().int(), bytes: z.number().int() })
    .meta({ description: 'all that is in the bin, whatever is looked for' }),
});
export type Bin = z.infer<typeof bin>;

export const binPath = z.object({ id: opaqueId });

const days = z.number().int('Please enter whole days.').min(1, 'Please enter at least 1 day.').max(3650);

/** What is removed in a project as time goes by. */
export const fileRules = z.object({
  binDays: days.meta({ description: 'what was deleted can be restored for so long' }),
  logDays: days.nullable().meta({ description: 'logs that nobody has written to for so long go; null: they stay' }),
  logNewest: z
    .number()
    .int('Please enter a whole number.')
    .min(0)
    .max(10_000)
    .meta({ description: 'so many in each folder of Logs stay, however old they are' }),
});
export type FileRules = z.infer<typeof fileRules>;

export const defaultFileRules: FileRules = { binDays: 30, logDays: null, logNewest: 10 };

export const uploadQuery = z.object({
  name: z.string().min(1).max(1000).meta({ description: 'how the file is called' }),
});

/** The largest file that can be uploaded in one piece, bytes. */
export const maxUploadBytes = 1024 ** 3;

/** The largest piece of an upload, bytes. */
export const pieceBytes = 8 * 1024 ** 2;

const name = z
  .string()
  .max(1000)
  .superRefine((text, context) => {
    const problem = fileNameProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** What to do where there is a file of that name: nothing, have it in the bin, or give the new one another name. */
export const uploadConflicts = ['refuse', 'replace', 'keepBoth'] as const;
export type UploadConflict = (typeof uploadConflicts)[number];

export const uploadBody = z.object({
  folder: z
    .string()
    .max(mostPath)
    .meta({ description: `${below}; empty: the folder itself` }),
  name,
  size: z
    .number()
    .int()
    .min(0)
    .max(2 ** 50)
    .meta({ description: 'bytes' }),
  changedAt: instant
    .nullable()
    .default(null)
    .meta({ description: 'of the file that is sent: by it, its upload is found again' }),
  conflict: z.enum(uploadConflicts).default('refuse'),
});
export type UploadBody = z.output<typeof uploadBody>;

/** A file on its way. It is sent piece by piece, each where the one before has ended, and can be gone on with later. */
export const fileUpload = z.object({
  id: opaqueId,
  folder: z.string(),
  name: z.string(),
  size: z.number().int(),
  received: z.number().int().meta({ description: 'bytes that are there' }),
  pieceBytes: z.number().int().meta({ description: 'the most that a piece may have' }),
  startedAt: instant,
  entry: projectEntry.nullable().meta({ description: 'the file, once it is whole' }),
});
export type FileUpload = z.infer<typeof fileUpload>;

export const pieceQuery = z.object({
  at: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 50)
    .meta({ description: 'where the piece begins, bytes: `received` as it was answered last' }),
});
