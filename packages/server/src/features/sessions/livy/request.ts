import { z } from 'zod';
import {
  fieldOfProperty,
  pinnedReason,
  propertyEntry,
  propertyName,
  propertyProblem,
  type SessionKind,
} from '@emberlab/contract';
import type { CodeKind, SessionRequest, StatementKind } from '../model.ts';
import type { CreateInput } from '../service.ts';
import { checkArrowCode } from './arrow.ts';
import { readDuration } from './durations.ts';
import { LivyError, rejected } from './errors.ts';
import { readCodeKind, readKind, readStatementKind } from './kinds.ts';
import { checkJars } from './jars.ts';
import { checkPaths } from './paths.ts';
import { checkCount, checkMemory, checkSizeProperty } from './sizes.ts';

const maxInt = 2 ** 31 - 1;
const wholeNumber = 'Please write a whole number.';
/** Some clients write numbers as strings. */
const int = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^[+-]?\d+$/)
        .transform(Number),
    ],
    wholeNumber,
  )
  .pipe(z.number().int().min(-maxInt).max(maxInt));
const optionalInt = int.nullish().transform((value) => value ?? null);
/** 0 is what a GET answers where nothing was said, and clients send back what they have read. */
const count = optionalInt.transform((value) => (value === 0 ? null : value));
const text = z
  .string()
  .max(10_000)
  .nullish()
  .transform((value) => value ?? null);
const list = z
  .array(z.string().max(10_000))
  .max(1000)
  .nullish()
  .transform((value) => value ?? []);
export const scalar = z
  .union(
    [z.string().max(100_000), z.number(), z.boolean()],
    'Please write a text of at most 100,000 characters, a number, true or false.',
  )
  .transform(String);

const maxConfLength = 64 * 1024;

// oxlint-disable-next-line no-control-regex -- finding control characters and direction marks is the purpose
const invisible = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** What a driver is started with: fields that sessions and batches have in common. */
export const launchFields = {
  proxyUser: text,
  jars: list,
  pyFiles: list,
  files: list,
  archives: list,
  driverMemory: text,
  driverCores: count,
  executorMemory: text,
  executorCores: count,
  numExecutors: count,
  queue: text,
  name: text,
  conf: z
    .record(z.string().max(1000), scalar)
    // Every look at a session reads its request: what is kept of one has to stay small.
    .refine(
      (conf) => JSON.stringify(conf).length <= maxConfLength,
      `It may have at most ${maxConfLength} characters in all.`,
    )
    .nullish()
    .transform((value) => value ?? {}),
};
const launch = z.object(launchFields);

const createBody = z.strictObject({
  kind: z.string().nullish(),
  ...launchFields,
  heartbeatTimeoutInSecond: int.pipe(z.number().min(0)).nullish(),
  ttl: text,
  idleTimeout: text,
});

/** A cell is written by a person; `%%send_to_spark` puts some megabytes of data into one. */
const maxCodeLength = 8 * 1024 * 1024;

const statementBody = z.strictObject({ code: z.string().max(maxCodeLength), kind: z.string().nullish() });

/** What a body says, by a schema. Throws a 400 that names the first thing that is wrong. */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys' && schema instanceof z.ZodObject) {
    const known = Object.keys(schema.shape).join(', ');
    throw new LivyError(400, `Unrecognized field "${issue.keys[0]}". The known fields are: ${known}.`);
  }
  const where = issue === undefined || issue.path.length === 0 ? 'The body' : `"${issue.path.join('.')}"`;
  throw new LivyError(400, `${where} can't be read. ${issue?.message ?? 'It is not valid.'}`);
}

/** A session request, checked as a whole, so that nothing is started for one that is refused. */
export async function readCreate(
  body: unknown,
  context: { ownerEmail: string; projectFolder: string; notebook: string | null },
): Promise<CreateInput> {
  const fields = readBody(createBody, body);
  const kind = readKind(fields.kind ?? 'shared');
  for (const duration of [fields.ttl, fields.idleTimeout]) if (duration !== null) readDuration(duration);
  await checkLaunch(fields, context);

  const { kind: _written, proxyUser: _proxyUser, name, heartbeatTimeoutInSecond, ...request } = fields;
  return {
    kind,
    name,
    notebook: context.notebook,
    heartbeatSeconds: heartbeatTimeoutInSecond ?? 0,
    request: request satisfies SessionRequest,
  };
}

/** Checks the fields with which a driver is started; answers them. Throws Livy's 400, and a 403 for another's name. */
export async function checkLaunch<T extends z.output<typeof launch>>(
  fields: T,
  context: { ownerEmail: string; projectFolder: string },
): Promise<T> {
  checkProxyUser(fields.proxyUser, context.ownerEmail);
  if (fields.name !== null) checkName(fields.name);
  for (const name of ['driverMemory', 'executorMemory'] as const) checkMemory(name, fields[name]);
  for (const name of ['driverCores', 'executorCores', 'numExecutors'] as const) checkCount(name, fields[name]);
  const named = checkConf(fields.conf);
  const { jars, pyFiles, files, archives } = fields;
  const paths = [...jars, ...pyFiles, ...files, ...archives];
  // As for `conf`: what is kept of a request has to stay small.
  if (JSON.stringify(paths).length > maxConfLength) {
    throw rejected(`jars, pyFiles, files and archives may have at most ${maxConfLength} characters in all.`);
  }
  await checkPaths(paths, context.projectFolder);
  await checkJars(jars);
  for (const { property, value, mayBeNew } of named) {
    await checkPaths([value], context.projectFolder, { mayBeNew, property });
    if (property.toLowerCase() === 'spark.jars') await checkJars([value]);
  }
  return fields;
}

/** A statement of a session of this kind. */
export function readStatement(body: unknown, session: SessionKind): { code: string; kind: StatementKind } {
  const { code, kind } = readBody(statementBody, body);
  const runAs = readStatementKind(kind ?? null, session);
  if (runAs === 'arrow') checkArrowCode(code);
  return { code, kind: runAs };
}

const completionBody = z.strictObject({
  code: z.string().max(maxCodeLength),
  kind: z.string().nullish(),
  cursor: int.pipe(z.number().min(0)).nullish(),
});

/** Where code is to be completed, in a session of this kind: in characters, at the end unless it is said. */
export function readCompletion(body: unknown, session: SessionKind): { kind: CodeKind; code: string; cursor: number } {
  const { code, kind, cursor } = readBody(completionBody, body);
  // Characters, not UTF-16 units: the driver counts so.
  const { length } = Array.from(code);
  return { kind: readCodeKind(kind ?? null, session), code, cursor: Math.min(cursor ?? length, length) };
}

const addBody = z.strictObject({ uri: z.string().min(1).max(10_000) });

/** The address of what is to be added to a session. */
export const readAdd = (body: unknown): string => readBody(addBody, body).uri;

/** Longer names are refused by file systems; Spark makes some a little longer. */
const maxFileNameBytes = 200;

/** The name of an uploaded file, without the folder that some clients send with it. Throws a 400 for what could not be used as a path as it is. */
export function readFileName(written: string | undefined): string {
  const name = (written ?? '').split(/[/\\]/).at(-1) ?? '';
  const plain = !/^\.{0,2}$/.test(name) && !invisible.test(name) && !/[?*[\]{}$%#,]/.test(name);
  if (plain && Buffer.byteLength(name) <= maxFileNameBytes) return name;
  throw new LivyError(
    400,
    `The file can't have the name "${name.replace(new RegExp(invisible, 'g'), '').slice(0, 100)}". Please take one of at most ${maxFileNameBytes} bytes without the characters ? * [ ] { } $ % # and comma.`,
  );
}

/** Nobody acts for another: who asks is known from the token. */
export function checkProxyUser(proxyUser: string | null, ownerEmail: string): void {
  if (proxyUser === null || proxyUser === '' || proxyUser.toLowerCase() === ownerEmail.toLowerCase()) return;
  throw new LivyError(403, `User '${ownerEmail}' not allowed to impersonate '${proxyUser.slice(0, 200)}'.`);
}

function checkName(name: string): void {
  if (name.trim() === '' || /^\d+$/.test(name) || name.length > 200 || invisible.test(name)) {
    // Livy's own words in front
    throw rejected(
      `Invalid session name: ${name.slice(0, 200)}. Please take one of at most 200 characters that is not empty and not a number alone.`,
    );
  }
}

/** Checks names, rights and values of the properties; answers the paths in them, which are still to be looked at. */
function checkConf(conf: Readonly<Record<string, string>>): { property: string; value: string; mayBeNew: boolean }[] {
  const paths: { property: string; value: string; mayBeNew: boolean }[] = [];
  const names = new Map<string, string>();
  const pinned: string[] = [];
  for (const [written, value] of Object.entries(conf)) {
    const name = propertyName(written);
    if (name === null) throw rejected(`"${written.slice(0, 200)}" is not the name of a Spark property.`);
    const same = names.get(name.toLowerCase());
    if (same !== undefined) throw rejected(`"${same}" and "${written}" are the same Spark property.`);
    names.set(name.toLowerCase(), written);
    const reason = pinnedReason(name);
    const problem = propertyProblem(name, value);
    if (reason !== undefined) pinned.push(`${name} (${insteadOf(name) ?? reason})`);
    else if (problem !== undefined) throw rejected(problem);
    else checkSizeProperty(name, value);
    const rule = propertyEntry(name)?.rule;
    if (rule === 'files' || rule === 'folder') paths.push({ property: name, value, mayBeNew: rule === 'folder' });
  }
  if (pinned.length > 0) throw rejected(`Blacklisted configuration values in session config: ${pinned.join(', ')}`);
  return paths;
}

/** What to set instead of a property that is refused since a field of the request is for it: people on the dashboard know the field by another name. */
function insteadOf(name: string): string | undefined {
  const field = fieldOfProperty(name);
  return field?.livy === undefined
    ? undefined
    : `set "${field.livy}" instead, which is "${field.label}" on the Jupyter page`;
}

/** The notebook's path from its header: percent-encoded UTF-8, relative to the project's folder. null: none was sent. Throws a 400. */
export function readNotebook(header: string | string[] | undefined): string | null {
  if (header === undefined || header === '') return null;
  const path = typeof header === 'string' ? decode(header) : null;
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  const plain = path !== null && path.length <= 1000 && !/[\u0000-\u001f\u007f-\u009f]/.test(path);
  if (!plain || path.startsWith('/') || path.split('/').includes('..')) {
    throw new LivyError(400, 'The header emberlab-notebook has to be the path of a notebook in the project.');
  }
  return path;
}

/** The key by which a repeated POST is known, from its header. null: none was sent. Throws a 400. */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !/^[\x21-\x7e]{8,128}$/.test(header)) {
    throw new LivyError(400, 'The header idempotency-key has to be one word of 8 to 128 visible ASCII characters.');
  }
  return header;
}

/** How long a client would wait for the end of what it asks for, in milliseconds, from its header `Prefer: wait=seconds` (RFC 7240, 4.3); 0: it said nothing. */
export function readWait(header: string | string[] | undefined): number {
  const [, seconds = '0'] =
    /(?:^|[,;])\s*wait\s*=\s*(\d{1,6})\s*(?:$|[,;])/i.exec([header ?? []].flat().join(',')) ?? [];
  return Number(seconds) * 1000;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
