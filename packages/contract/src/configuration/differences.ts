import { pythonFields, sparkFields } from './fields.ts';
import type { Configuration } from './shape.ts';
import { countLines } from './text-lines.ts';

/** What people read where a type is named. */
export const configurationTypeLabels = { spark: 'Spark/PySpark', python: 'Python' } as const;

/** A field that has another value than elsewhere, and the value there, for people. */
export type Difference = { readonly path: string; readonly label: string; readonly there: string };

/** The fields of a configuration that differ from another one. Where the types differ, the fields are not the same ones. */
export function differences(here: Configuration, there: Configuration): Difference[] {
  if (here.type === 'spark' && there.type === 'spark') {
    return sparkFields.flatMap((field) => difference(field, field.read(here), field.read(there)));
  }
  if (here.type === 'python' && there.type === 'python') {
    return pythonFields.flatMap((field) => difference(field, field.read(here), field.read(there)));
  }
  return [{ path: 'type', label: 'Type', there: configurationTypeLabels[there.type] }];
}

type Value = string | number | readonly string[] | null;

function difference(
  { path, label, unit }: { path: string; label: string; unit?: 'MB' },
  here: Value,
  there: Value,
): Difference[] {
  // A field that only one of them has follows from another that differs.
  if (there === null || here === null || JSON.stringify(here) === JSON.stringify(there)) return [];
  return [{ path, label, there: spell(path, there, unit) }];
}

function spell(path: string, value: NonNullable<Value>, unit: 'MB' | undefined): string {
  if (path === 'executors.mode') return value === 'true' ? 'on' : 'off';
  if (typeof value === 'number') return unit === 'MB' ? megabytes(value) : String(value);
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  const lines = countLines(value);
  return lines === 0 ? 'none' : `${lines} ${lines === 1 ? 'line' : 'lines'}`;
}

const megabytes = (mb: number): string => (mb % 1024 === 0 ? `${mb / 1024} GB` : `${mb} MB`);
