import { propertyName, propertyProblem } from '../spark-properties.ts';
import { fieldOfProperty } from './fields.ts';
import { sayingLines, type LineProblem } from './text-lines.ts';

export type ReadProperties = {
  /** in the order of the text */
  properties: Map<string, string>;
  /** where each stands */
  lines: Map<string, number>;
  problems: LineProblem[];
};

/**
 * Reads the `Properties` text: one `name=value` a line; blank lines and lines that begin with `#` are skipped; names without `spark.` get it.
 * Returns the properties, and every problem found; a text with problems is never used in part.
 */
export function parseProperties(text: string): ReadProperties {
  const properties = new Map<string, string>();
  const lines = new Map<string, number>();
  const seen = new Map<string, number>();
  const problems: LineProblem[] = [];
  for (const { line, text: written } of sayingLines(text)) {
    const at = written.indexOf('=');
    const name = at < 0 ? null : propertyName(written.slice(0, at));
    if (name === null) {
      problems.push({ line, message: 'Please write name=value, such as spark.sql.shuffle.partitions=8.' });
      continue;
    }
    const key = name.toLowerCase();
    const value = written.slice(at + 1).trim();
    const problem = propertyProblem(name, value) ?? hasField(name);
    const earlier = seen.get(key);
    if (problem !== undefined) problems.push({ line, message: problem });
    else if (earlier !== undefined) problems.push({ line, message: `${name} is set on line ${earlier} already.` });
    else {
      properties.set(name, value);
      lines.set(name, line);
    }
    seen.set(key, line);
  }
  return { properties, lines, problems };
}

/** A field that always says something leaves nothing to `Properties`. */
function hasField(name: string): string | undefined {
  const field = fieldOfProperty(name);
  return field === undefined || field.kind !== undefined
    ? undefined
    : `${name} has a field of its own: please set "${field.label}" instead.`;
}
