import { jobParameters, type JobParameters, type NotebookParameter } from '@emberlab/contract';

export const parameterKinds = ['text', 'number', 'boolean', 'json'] as const;
export type ParameterKind = (typeof parameterKinds)[number];
export const kindLabels: Readonly<Record<ParameterKind, string>> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  json: 'JSON',
};

/** A parameter while it is edited. */
export type ParameterRow = {
  readonly key: string;
  readonly name: string;
  readonly kind: ParameterKind;
  readonly text: string;
  /** what it is where nothing is said, as text; null: nobody knows, or it is only there because somebody added it */
  readonly usual: string | null;
  /** how the notebook sets it; null: the notebook does not know it */
  readonly written: string | null;
};

/** Rows, or the same as JSON that somebody writes by hand. */
export type ParametersDraft = { readonly rows: readonly ParameterRow[]; readonly json: string | null };

type Value = JobParameters[string];

const kindOf = (value: Value): ParameterKind =>
  typeof value === 'string'
    ? 'text'
    : typeof value === 'number'
      ? 'number'
      : typeof value === 'boolean'
        ? 'boolean'
        : 'json';
const textOf = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The rows of a form: what the notebook knows, in its order, then what else is set. `saved`: what the job sets; `inherited`: whether that is where one
 * begins from, as with a run, rather than what one changes.
 */
export function toRows(
  known: readonly NotebookParameter[],
  saved: JobParameters,
  inherited = false,
): readonly ParameterRow[] {
  const rows = known.map(({ name, value, plain, written }): ParameterRow => {
    const set = Object.hasOwn(saved, name) ? saved[name] : undefined;
    const usual = inherited && set !== undefined ? textOf(set) : plain ? textOf(value) : null;
    const kind = kindOf(set ?? value);
    // A text that nobody knows yet may as well be none: what is typed is read as JSON then.
    return { key: name, name, kind, text: set === undefined ? (usual ?? '') : textOf(set), usual, written };
  });
  const others = Object.entries(saved)
    .filter(([name]) => !known.some((one) => one.name === name))
    .map(([name, value]): ParameterRow => {
      const text = textOf(value);
      return { key: name, name, kind: kindOf(value), text, usual: inherited ? text : null, written: null };
    });
  return [...rows, ...others];
}

export const toParametersDraft = (...from: Parameters<typeof toRows>): ParametersDraft => ({
  rows: toRows(...from),
  json: null,
});

/** Whether a row says what would be so anyway. */
const isUsual = ({ text, usual, written }: ParameterRow): boolean =>
  usual === null ? written !== null && text === '' : text === usual;

/** Whether people may rename and remove it: nobody else knows it. */
export const isOwn = ({ usual, written }: ParameterRow): boolean => usual === null && written === null;

type Read = { readonly value: Value } | { readonly problem: string };

const readers: Readonly<Record<ParameterKind, (text: string) => Read>> = {
  text: (text) => ({ value: text }),
  number(text) {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isFinite(number) ? { value: number } : { problem: 'Please enter a number, such as 0.5.' };
  },
  boolean: (text) =>
    text === 'true' || text === 'false' ? { value: text === 'true' } : { problem: 'Please choose yes or no.' },
  json(text) {
    try {
      return { value: JSON.parse(text) as Value };
    } catch {
      return { problem: 'This is no JSON. A text has double quotes, such as "2026-01-31".' };
    }
  },
};

export type ReadParameters = {
  /** null: something is wrong */
  readonly parameters: JobParameters | null;
  /** by the key of the row; `json` is of the text as a whole */
  readonly problems: Readonly<Record<string, string>>;
};

/** What a draft sets, and what is wrong with it. */
export function readParametersDraft({ rows, json }: ParametersDraft): ReadParameters {
  return json === null ? readRows(rows) : readJson(json);
}

function readRows(rows: readonly ParameterRow[]): ReadParameters {
  const problems: Record<string, string> = {};
  const parameters: Record<string, Value> = {};
  for (const row of rows) {
    if (isUsual(row)) continue;
    const read = readers[row.kind](row.text);
    const name = row.name.trim();
    const named = jobParameters.safeParse({ [name]: 0 });
    if (!named.success) problems[row.key] = named.error.issues[0]?.message ?? 'This is no name.';
    else if (Object.hasOwn(parameters, name)) problems[row.key] = `There is another parameter ${name}.`;
    else if ('problem' in read) problems[row.key] = read.problem;
    else parameters[name] = read.value;
  }
  return { parameters: Object.keys(problems).length > 0 ? null : parameters, problems };
}

function readJson(text: string): ReadParameters {
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { parameters: null, problems: { json: 'This is no JSON, such as { "day": "2026-01-31", "limit": 10 }.' } };
  }
  const read = jobParameters.safeParse(json);
  if (read.success) return { parameters: read.data, problems: {} };
  const plain = typeof json === 'object' && json !== null && !Array.isArray(json);
  const said = read.error.issues[0]?.message;
  return {
    parameters: null,
    problems: { json: plain && said !== undefined ? said : 'Please write one object: { "name": value, … }.' },
  };
}
