import { profileProblems, type CheckedConfiguration, type Configuration, type ProfileChoice } from '@emberlab/contract';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { checkQuery } from '../../lib/queries.ts';
import { readDraft, type Draft, type DraftErrors } from './draft.ts';
import { withServerProblems } from './server-problems.ts';

const pauseMs = 400;

export type CheckedDraft = {
  /** null: something is wrong with it, as far as is known */
  configuration: Configuration | null;
  errors: DraftErrors;
  /** what Spark would get; null: none, or something is wrong; undefined: it is not known yet */
  effective: CheckedConfiguration['effective'] | undefined;
};

/**
 * What a draft says and what is wrong with it: at once what can be told from it alone, a moment later what the server finds, as missing files. `profiles`:
 * what the server may run in; null: it is a job's.
 */
export function useCheckedDraft(
  project: string,
  draft: Draft,
  profiles: readonly ProfileChoice[] | null,
): CheckedDraft {
  const { configuration, readable, errors: alone } = readDraft(draft);
  const own = withProfiles(alone, readable, profiles);
  const text = JSON.stringify(readable);
  // As text: a draft that says the same is not asked about again.
  const [settled] = useDebouncedValue(text, pauseMs);
  const asked = useQuery({
    ...checkQuery(project, settled, profiles === null ? 'job' : 'jupyter'),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
  });
  const errors = asked.data === undefined ? own : withServerProblems(own, readable, asked.data);
  const wrong = Object.keys(errors.fields).length > 0 || errors.lines.length > 0;
  const isCurrent = asked.data !== undefined && !asked.isPlaceholderData && settled === text;
  return {
    configuration: wrong ? null : configuration,
    errors,
    effective: isCurrent ? asked.data.effective : undefined,
  };
}

/** The errors of a draft with those of its profile, which are known at once. */
function withProfiles(
  errors: DraftErrors,
  readable: Configuration | null,
  profiles: readonly ProfileChoice[] | null,
): DraftErrors {
  const fields = { ...errors.fields };
  const problems = readable === null || profiles === null ? [] : profileProblems(readable, profiles);
  for (const { path, message } of problems) fields[String(path[0])] ??= message;
  return { ...errors, fields };
}
