import { z } from 'zod';

/** What is expected, by zod's word for a type. */
const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const spell = (count: unknown): string => Number(count).toLocaleString('en');

type Issue = { readonly code?: string; readonly input?: unknown; readonly [key: string]: unknown };

/** What is wrong with a value, in words for people: for schemas that bring no sentence of their own. */
export function validatorWords(issue: Issue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'It is missing.';
  switch (issue.code ?? '') {
    case 'invalid_type':
      return `Please write ${kinds[String(issue['expected'])] ?? 'another value'}.`;
    case 'invalid_value':
      return `Please write ${(issue['values'] as unknown[]).map(String).join(' or ')}.`;
    case 'too_big':
      return `Please ${bounded(issue, 'most', issue['maximum'])}.`;
    case 'too_small':
      return issue['origin'] === 'string' && issue['minimum'] === 1
        ? 'It is empty.'
        : `Please ${bounded(issue, 'least', issue['minimum'])}.`;
    case 'unrecognized_keys':
      return `Nothing here is called ${(issue['keys'] as string[]).map((key) => `"${key.slice(0, 100)}"`).join(' or ')}.`;
    default:
      return 'It is not written as it has to be.';
  }
}

function bounded({ origin, inclusive }: Issue, word: 'most' | 'least', count: unknown): string {
  if (origin === 'string') return `use at ${word} ${spell(count)} characters`;
  if (origin === 'array' || origin === 'set') return `list at ${word} ${spell(count)}`;
  if (inclusive !== false) return `write a number of at ${word} ${spell(count)}`;
  return `write a number ${word === 'most' ? 'below' : 'above'} ${spell(count)}`;
}

// For every schema: what a validator says on its own is English about types, and people read it in answers and forms.
z.config({ customError: validatorWords });
