import { pathOfEntry, type CheckedConfiguration, type Configuration } from '@emberlab/contract';
import type { DraftErrors } from './draft.ts';

const isList = (value: unknown): value is readonly string[] => Array.isArray(value);

/** What is bounded by the profile: said of another one it counts no more. */
const ofProfile: ReadonlySet<string> = new Set(['memoryMb', 'cores']);

/** The value of a field, by its name. */
const fieldOf = (configuration: Configuration, name: string): unknown =>
  Object.entries(configuration).find(([key]) => key === name)?.[1];

/**
 * The errors of a draft with what the server has found in it: files that are not there, lines whose paths can't be used, an engine that is not to be had. It looked at `of`, which is a
 * moment older: what is about something else by now is left out.
 */
export function withServerProblems(
  errors: DraftErrors,
  now: Configuration | null,
  { of, problems }: { of: Configuration; problems: CheckedConfiguration['problems'] },
): DraftErrors {
  if (now === null || now.type !== of.type) return errors;
  const fields = { ...errors.fields };
  const lines = [...errors.lines];
  for (const { path, line, message } of problems) {
    const [name = '', index] = path.split('.');
    const [before, after] = [fieldOf(of, name), fieldOf(now, name)];
    if (line !== null) {
      const known = lines.some((one) => one.line === line && one.message === message);
      if (before === after && !known) lines.push({ line, message });
    } else if (isList(before) && isList(after)) {
      const entry = before[Number(index)];
      const stillThere = entry !== undefined && after.some((one) => pathOfEntry(one) === pathOfEntry(entry));
      if (stillThere) fields[name] ??= message;
    } else if (before === after && !(now.profile !== of.profile && ofProfile.has(name))) {
      fields[name] ??= message;
    }
  }
  return { fields, lines: lines.toSorted((a, b) => a.line - b.line) };
}
