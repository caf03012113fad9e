import { z } from 'zod';
import { rejected } from '../livy/errors.ts';
import { checkJars } from '../livy/jars.ts';
import { checkLaunch, launchFields, readBody, scalar } from '../livy/request.ts';
import { checkFile } from '../livy/paths.ts';
import type { BatchRequest } from './model.ts';

/** The kernel gives all arguments of a program about 2 MB, and one of them 128 KiB. */
const maxArgsLength = 64 * 1024;
/** What can't be given to a program: no argument can hold the one, and Spark's scripts drop the other. */
const unusable = /[\0\r]/;

const batchBody = z.strictObject({
  ...launchFields,
  file: z.string().max(10_000).nullish(),
  className: z
    .string()
    .max(1000)
    .nullish()
    .transform((value) => value ?? null),
  args: z
    .array(scalar)
    .max(10_000)
    .refine(
      (args) => JSON.stringify(args).length <= maxArgsLength,
      `It may have at most ${maxArgsLength} characters in all.`,
    )
    .nullish()
    .transform((value) => value ?? []),
});

/** A batch request, checked as a whole, so that nothing is started for one that is refused. Throws Livy's 400. */
export async function readBatch(
  body: unknown,
  context: { ownerEmail: string; projectFolder: string; rScripts?: boolean },
): Promise<{ name: string | null; request: BatchRequest }> {
  const { file, className, args, ...fields } = readBody(batchBody, body);
  if (file === null || file === undefined || file.trim() === '')
    throw rejected('requirement failed: File is required.');
  // Livy's clients have no word for them.
  const script = /\.py$/i.test(file) || (context.rScripts === true && /\.r$/i.test(file));
  if (!script && !/\.jar$/i.test(file)) {
    throw rejected(`"file" has to be a Python file (.py) or a jar (.jar), and ${shorten(file)} is neither.`);
  }
  if (unusable.test(file) || file.includes('#')) throw rejected(`"file" can't be ${shorten(file)}.`);
  for (const [i, arg] of args.entries()) {
    if (unusable.test(arg)) throw rejected(`"args.${i}" has a character that no program can be given (NUL or CR).`);
  }
  if (className !== null && !/^[\p{L}_$][\p{L}\d_$]*(\.[\p{L}_$][\p{L}\d_$]*)*$/u.test(className)) {
    throw rejected(
      `"className" can't be ${shorten(className)}. Please write a class with its package, such as org.example.Main.`,
    );
  }
  await checkFile(file, context.projectFolder);
  if (!script) await checkJars([file]);
  const { name, proxyUser: _proxyUser, ...sizes } = await checkLaunch(fields, context);
  // A script has no main class; some clients send one all the same.
  return { name, request: { ...sizes, file, className: script ? null : className, args } };
}

const shorten = (text: string): string => JSON.stringify(text.slice(0, 200));
