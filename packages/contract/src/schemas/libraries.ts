import { z } from 'zod';
import { instant } from './primitives.ts';

/** The name of a library as people write it. Names are compared as the index does: in lower case, and `-`, `_`, `.` are the same. */
export const libraryName = z
  .string()
  .trim()
  .max(128, 'No library has so long a name.')
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'A name has letters, digits and - _ . between them.');

/** The form in which names of libraries are compared. */
export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/** What of Emberlab stops working without a library: the Jupyter server with its Python kernel, or the kernels for Spark. */
export const libraryUse = z.enum(['jupyter', 'spark']);
export type LibraryUse = z.infer<typeof libraryUse>;

/**
 * Where a library is from: the set that every project begins with, an index, an uploaded wheel, source that was built here (uploaded, or from Git),
 * Emberlab itself, or somebody's own hand in a terminal.
 */
export const librarySource = z.enum(['base', 'index', 'wheel', 'source', 'git', 'platform', 'hand']);
export type LibrarySource = z.infer<typeof librarySource>;

/** One library of the revision in use. */
export const library = z.object({
  name: z.string(),
  version: z.string(),
  summary: z.string().nullable(),
  source: librarySource,
  detail: z.string().nullable().meta({ description: 'the file or address it is from; null: an index' }),
  requested: z.boolean().meta({ description: 'somebody asked for it, or it is asked for in the base set' }),
  requirement: z.string().nullable().meta({ description: 'what was asked for: numpy>=2; null: nobody asked for it' }),
  neededBy: z.array(z.string()).meta({ description: 'names of the libraries that ask for it directly' }),
  usedBy: z.array(libraryUse).meta({ description: 'what of Emberlab needs it, directly or through others' }),
  bytes: z.number().int(),
  latest: z.string().nullable().meta({
    description:
      'the newest version that fits the Python in use, the installed one where that is newer; null: not looked up yet, or not known to the index',
  }),
});
export type Library = z.infer<typeof library>;

export const libraries = z.object({
  revision: z.number().int().nullable().meta({ description: 'null: there is no environment yet' }),
  pythonVersion: z.string().nullable(),
  bytes: z.number().int(),
  items: z.array(library),
  latestAt: instant.nullable().meta({ description: 'when newer versions were looked for; null: not since the start' }),
});
export type Libraries = z.infer<typeof libraries>;

/** Something that a library needs and that isn't so. */
export const libraryConflict = z.object({
  name: z.string().meta({ description: 'the library that is missing or has the wrong version' }),
  requirement: z.string().meta({ description: 'what is needed: tornado>=6.2' }),
  installed: z.string().nullable().meta({ description: 'its version; null: it is missing' }),
  neededBy: z.string(),
  neededByVersion: z.string(),
  affects: z.array(libraryUse).meta({ description: 'what of Emberlab may not work for it' }),
});
export type LibraryConflict = z.infer<typeof libraryConflict>;

/** A library that isn't there as the lock has it. */
export const libraryDifference = z.object({
  name: z.string(),
  locked: z.string().nullable(),
  installed: z.string().nullable(),
});
export type LibraryDifference = z.infer<typeof libraryDifference>;

export const libraryConflicts = z.object({
  revision: z.number().int().nullable(),
  checkedAt: instant.nullable(),
  conflicts: z.array(libraryConflict),
  differences: z.array(libraryDifference).meta({ description: 'from the lock: somebody has used pip in a terminal' }),
  effects: z.array(z.string()).meta({ description: 'what will not work, a sentence each' }),
});
export type LibraryConflicts = z.infer<typeof libraryConflicts>;

/** Names of libraries in an index that fit what somebody types. */
export const librarySearchQuery = z.object({ q: z.string().trim().min(1).max(128) });
export const librarySearch = z.object({
  items: z.array(z.object({ name: z.string(), installed: z.string().nullable() })),
  complete: z.boolean().meta({ description: 'false: the index has no list of names, so only a whole name is found' }),
  preparing: z.boolean().meta({ description: 'the list of names is being fetched; ask again in a moment' }),
});
export type LibrarySearch = z.infer<typeof librarySearch>;

/** A library in an index, with the versions that can be installed here, the newest first. */
export const indexLibrary = z.object({
  name: z.string(),
  versions: z.array(
    z.object({
      version: z.string(),
      prerelease: z.boolean(),
      builds: z.boolean().meta({ description: 'there is only source of it, which is built here' }),
    }),
  ),
  leftOut: z.object({
    yanked: z.number().int(),
    python: z.number().int().meta({ description: 'want another Python' }),
    platform: z.number().int().meta({ description: 'are for other machines' }),
  }),
});
export type IndexLibrary = z.infer<typeof indexLibrary>;
