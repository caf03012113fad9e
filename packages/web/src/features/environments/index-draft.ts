import { indexSettingsBody, type IndexSettings } from '@emberlab/contract';
import { fieldErrors } from '../../lib/form-errors.ts';

/** The settings as they stand in the form: lists are text, one item a line. */
export type IndexDraft = {
  indexUrl: string;
  extraIndexUrls: string;
  trustedHosts: string;
  wheelFolder: string;
  offline: boolean;
  constraints: string;
  refused: string;
};

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export const draftOf = (settings: IndexSettings): IndexDraft => ({
  indexUrl: settings.indexUrl ?? '',
  extraIndexUrls: settings.extraIndexUrls.join('\n'),
  trustedHosts: settings.trustedHosts.join('\n'),
  wheelFolder: settings.wheelFolder ?? '',
  offline: settings.offline,
  constraints: settings.constraints,
  refused: settings.refused.join('\n'),
});

export const settingsOf = (draft: IndexDraft): IndexSettings => ({
  indexUrl: orNull(draft.indexUrl),
  extraIndexUrls: linesOf(draft.extraIndexUrls),
  trustedHosts: linesOf(draft.trustedHosts),
  wheelFolder: orNull(draft.wheelFolder),
  offline: draft.offline,
  constraints: draft.constraints,
  refused: linesOf(draft.refused),
});

/** Problems by the fields of the form; one in a list names its item. */
export function byIndexField(draft: IndexDraft, errors: Readonly<Record<string, string>>): Record<string, string> {
  const settings = settingsOf(draft);
  const found: Record<string, string> = {};
  for (const [path, message] of Object.entries(errors)) {
    const [field = '', item] = path.split('.');
    const list = settings[field as keyof IndexSettings];
    found[field] ??= Array.isArray(list) && item !== undefined ? `${list[Number(item)]}: ${message}` : message;
  }
  return found;
}

/** What is wrong with a draft, by field; empty when all is well. */
export function indexProblems(draft: IndexDraft): Record<string, string> {
  const problems = byIndexField(draft, fieldErrors(indexSettingsBody, settingsOf(draft)));
  if (draft.offline && draft.wheelFolder.trim() === '') {
    problems['wheelFolder'] ??= 'Without an index, libraries come from a folder: please name it.';
  }
  return problems;
}
