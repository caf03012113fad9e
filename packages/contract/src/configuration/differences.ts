import { pythonFields, sparkFields } from './fields.ts';
import type { Configuration } from './shape.ts';
import { countLines } from './text-lines.ts';

/** What people read where a type is named. */
export const configurationTypeLabels = { spark: 'Spark/PySpark', python: 'Python' } as const;

type Value = string | number | readonly string[];

/** A field that a configuration has, with its value as it is and for people. */
export type FieldValue = {
  readonly path: string;
  readonly label: string;
  readonly value: Value;
  readonly text: string;
};

/** All fields that a configuration has, in the order of the form. */
export function fieldValues(configuration: Configuration): FieldValue[] {
  return configuration.type === 'spark'
    ? sparkFields.flatMap((field) => fieldValue(field, field.read(configuration)))
    : pythonFields.flatMap((field) => fieldValue(field, field.read(configuration)));
}

/** Whether two configurations say the same: they come out of the same schema, which puts the keys in its own order. */
export const sameConfiguration = (a: Configuration | null, b: Configuration | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** A field that has another value than elsewhere, and the value there, for people. */
export type Difference = { readonly path: string; readonly label: string; readonly there: string };

/** The fields of a configuration that differ from another one. Where the types differ, the fields are not the same ones. */
export function differences(here: Configuration, there: Configuration): Difference[] {
  if (here.type !== there.type) return [{ path: 'type', label: 'Type', there: configurationTypeLabels[there.type] }];
  const others = new Map(fieldValues(there).map((field) => [field.path, field]));
  return [...profileDifference(here, there), ...fieldDifferences(here, others)];
}

/** Of two that name no profile, or only one does, the field is in one of them at most. */
const profileDifference = (here: Configuration, there: Configuration): Difference[] =>
  here.profile === there.profile
    ? []
    : [{ path: 'profile', label: 'Profile', there: there.profile ?? 'the administrator’s default' }];

function fieldDifferences(here: Configuration, others: ReadonlyMap<string, FieldValue>): Difference[] {
  return fieldValues(here).flatMap(({ path, label, value }) => {
    const other = path === 'profile' ? undefined : others.get(path);
    // A field that only one of them has follows from another that differs.
    if (other === undefined || JSON.stringify(value) === JSON.stringify(other.value)) return [];
    return [{ path, label, there: other.text }];
  });
}

function fieldValue(
  { path, label, unit }: { path: string; label: string; unit?: 'MB' },
  value: Value | null,
): FieldValue[] {
  return value === null ? [] : [{ path, label, value, text: spell(path, value, unit) }];
}

function spell(path: string, value: Value, unit: 'MB' | undefined): string {
  if (path === 'profile') return String(value);
  if (path === 'executors.mode') return value === 'true' ? 'on' : 'off';
  if (typeof value === 'number') return unit === 'MB' ? formatMegabytes(value) : String(value);
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  const lines = countLines(value);
  return lines === 0 ? 'none' : `${lines} ${lines === 1 ? 'line' : 'lines'}`;
}

/** A size in MB for people, in the unit that says it exactly where there is one: `2 GB`, `1536 MB`. */
export const formatMegabytes = (mb: number): string => (mb % 1024 === 0 ? `${mb / 1024} GB` : `${mb} MB`);
