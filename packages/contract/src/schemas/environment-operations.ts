import { z } from 'zod';
import { libraryName } from './libraries.ts';
import { instant, opaqueId } from './primitives.ts';

/** A line such as `numpy>=2,<3`; what it may be is checked with care by the server, which says what is wrong with it. */
const requirementLine = z.string().trim().min(1).max(500);

/** An address of a Git repository, without user and password. */
export const gitAddress = z
  .string()
  .trim()
  .max(500)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text.replace(/^git\+/, '')) : null;
    if (url === null || !['https:', 'http:'].includes(url.protocol)) {
      context.addIssue(
        'Please write an address that begins with https://, such as https://git.example.org/team/library.git.',
      );
    } else if (url.username !== '' || url.password !== '') {
      context.addIssue('Please leave user and password out of the address: everybody in the project could read them.');
    } else if (/[?#\s]/.test(text)) {
      context.addIssue('Please leave out what stands behind ? or #; a branch or tag has a field of its own.');
    } else {
      return url.href;
    }
    return z.NEVER;
  });

/** A branch, tag or commit. */
export const gitRef = z
  .string()
  .trim()
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/+-]*$/, 'A branch or tag begins with a letter or digit and has no spaces.')
  .refine((text) => !text.includes('..'), 'A branch or tag has no two dots in a row.');

const names = z.array(libraryName).min(1).max(200);

/**
 * What is to be done with the environment. `force`: also when something needs what is removed; without it the answer is then `library_needed`,
 * and its details say what.
 */
export const newOperation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('install'), requirements: z.array(requirementLine).min(1).max(2000) }),
  z.strictObject({
    kind: z.literal('install-upload'),
    upload: opaqueId.meta({ description: 'what `environment.upload` has answered' }),
  }),
  z.strictObject({ kind: z.literal('install-git'), url: gitAddress, ref: gitRef.optional() }),
  z.strictObject({ kind: z.literal('uninstall'), packages: names, force: z.boolean().default(false) }),
  z.strictObject({
    kind: z.literal('update'),
    packages: names.nullable().meta({ description: 'null: all' }),
  }),
  z.strictObject({
    kind: z.literal('recreate'),
    keep: z.boolean().default(true).meta({ description: 'whether what people asked for is installed again' }),
  }),
  z.strictObject({ kind: z.literal('restore'), revision: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('repair') }),
]);
export type NewOperation = z.infer<typeof newOperation>;

export const operationKind = z.enum(['create', 'install', 'uninstall', 'update', 'recreate', 'restore', 'repair']);
export type OperationKind = z.infer<typeof operationKind>;

/**
 * `queued`: waits for its turn · `running`: the next revision is being made · `succeeded`: it is in use · `failed`: `problem` says why, and what was
 * in use still is · `cancelled`: somebody wanted that, and what was in use still is.
 */
export const operationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type OperationState = z.infer<typeof operationState>;

/** What became of a library from one revision to the next. */
export const libraryChange = z.object({
  name: z.string(),
  change: z.enum(['added', 'removed', 'up', 'down', 'replaced']),
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type LibraryChange = z.infer<typeof libraryChange>;

/** One change of a project's environment, from the moment in which it was asked for. */
export const environmentOperation = z.object({
  id: opaqueId,
  kind: operationKind,
  state: operationState,
  title: z.string().meta({ description: 'what is done, for people: Install numpy, scipy' }),
  by: z.string().nullable().meta({ description: 'e-mail address of who asked; null: Emberlab itself' }),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  position: z.number().int().nullable().meta({ description: 'of one that waits: 1 is the next of its project' }),
  step: z.string().nullable(),
  progress: z.number().min(0).max(1),
  problem: z.string().nullable().meta({ description: 'why it failed, and what to do; may have several lines' }),
  revision: z.number().int().nullable().meta({ description: 'the revision that it makes or goes back to' }),
  changes: z.array(libraryChange).nullable().meta({ description: 'null until it has succeeded' }),
  conflicts: z.number().int().nullable().meta({ description: 'how many there were after it; null until it succeeded' }),
});
export type EnvironmentOperation = z.infer<typeof environmentOperation>;

export const operationsQuery = z.object({
  cursor: opaqueId.optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});

/** A revision in the history. */
export const revisionEntry = z.object({
  number: z.number().int(),
  current: z.boolean(),
  createdAt: instant,
  readyAt: instant.nullable(),
  by: z.string().nullable(),
  title: z.string().nullable().meta({ description: 'of the operation that made it' }),
  operation: opaqueId.nullable(),
  pythonVersion: z.string().nullable(),
  packages: z.number().int().nullable(),
  changes: z.array(libraryChange).nullable(),
  uses: z.number().int().meta({ description: 'servers, sessions and batches that run with it' }),
  kept: z
    .boolean()
    .meta({ description: 'its files are there, so that `restore` is quick; else it is made again from its lock' }),
});
export type RevisionEntry = z.infer<typeof revisionEntry>;

/** `requirements`: what was asked for · `lock`: everything, with exact versions and hashes. */
export const exportQuery = z.object({
  format: z.enum(['requirements', 'lock']).default('requirements'),
  revision: z.coerce.number().int().min(1).optional().meta({ description: 'absent: the one in use' }),
});

/** What a file with libraries is: told by its name and content. */
export const uploadedKind = z.enum(['wheel', 'source', 'requirements', 'environment']);

/** An uploaded file as it was understood; nothing is installed yet. It is forgotten after a day. */
export const environmentUpload = z.object({
  id: opaqueId,
  fileName: z.string(),
  kind: uploadedKind,
  name: z.string().nullable().meta({ description: 'the library in it' }),
  version: z.string().nullable(),
  requirements: z.array(z.string()).meta({ description: 'what a list asks for' }),
  leftOut: z
    .array(z.object({ line: z.number().int().nullable(), text: z.string(), reason: z.string() }))
    .meta({ description: 'what of a list is not taken, and why' }),
});
export type EnvironmentUpload = z.infer<typeof environmentUpload>;

/** The largest wheel or source archive, and the largest list, that can be uploaded; bytes. */
export const maxLibraryBytes = 512 * 1024 ** 2;
export const maxListBytes = 256 * 1024;
