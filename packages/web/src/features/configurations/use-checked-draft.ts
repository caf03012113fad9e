import type { CheckedConfiguration, Configuration } from '@emberlab/contract';
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

/** What a draft says and what is wrong with it: at once what can be told from it alone, a moment later what the server finds, as missing files. */
export function useCheckedDraft(project: string, draft: Draft): CheckedDraft {
  const { configuration, readable, errors: own } = readDraft(draft);
  const text = JSON.stringify(readable);
  // As text: a draft that says the same is not asked about again.
  const [settled] = useDebouncedValue(text, pauseMs);
  const asked = useQuery({
    ...checkQuery(project, settled),
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
