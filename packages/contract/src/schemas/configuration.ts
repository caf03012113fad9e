import { z } from 'zod';
import { propertyName, propertyProblem } from '../spark-properties.ts';

/** One problem in the `Properties` text, with the line it stands on (from 1). */
export type PropertyProblem = { line: number; message: string };

/**
 * Reads the `Properties` text: one `name=value` a line; blank lines and lines that begin with `#` are skipped; names without `spark.` get it.
 * Returns the properties in the order of the text, and every problem found; a text with problems is never used in part.
 */
export function parseProperties(text: string): { properties: Map<string, string>; problems: PropertyProblem[] } {
  const properties = new Map<string, string>();
  const seen = new Map<string, number>();
  const problems: PropertyProblem[] = [];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const at = trimmed.indexOf('=');
    const name = at < 0 ? null : propertyName(trimmed.slice(0, at));
    if (name === null) {
      problems.push({ line, message: 'Please write name=value, such as spark.sql.shuffle.partitions=8.' });
      continue;
    }
    const key = name.toLowerCase();
    const value = trimmed.slice(at + 1).trim();
    const problem = propertyProblem(name, value);
    const earlier = seen.get(key);
    if (problem !== undefined) problems.push({ line, message: problem });
    else if (earlier !== undefined) problems.push({ line, message: `${name} is set on line ${earlier} already.` });
    else properties.set(name, value);
    seen.set(key, line);
  }
  return { properties, problems };
}

const propertiesText = z
  .string()
  .max(20_000, 'Please use at most 20,000 characters.')
  .superRefine((text, context) => {
    for (const problem of parseProperties(text).problems) {
      context.addIssue({ code: 'custom', message: `Line ${problem.line}: ${problem.message}` });
    }
  });

export const sparkConfiguration = z.object({
  type: z.literal('spark'),
  driverMemoryMb: z
    .number()
    .int()
    .min(512, 'The driver needs at least 512 MB.')
    .max(1_048_576)
    .meta({ description: "the heap of the driver's JVM, MB" }),
  driverCores: z.number().int().min(1).max(256).meta({ description: 'with a local master: cores for tasks as well' }),
  properties: propertiesText.meta({ description: 'Spark properties, one name=value a line' }),
});

export const pythonConfiguration = z.object({ type: z.literal('python') });

/** Compute settings, for Jupyter servers and for jobs alike. */
export const configuration = z.discriminatedUnion('type', [sparkConfiguration, pythonConfiguration]);
export type Configuration = z.infer<typeof configuration>;
export type SparkConfiguration = z.infer<typeof sparkConfiguration>;

/** What people read where a type is named. */
export const configurationTypeLabels = { spark: 'Spark/PySpark', python: 'Python' } as const;

export const defaultConfiguration: SparkConfiguration = {
  type: 'spark',
  driverMemoryMb: 2048,
  driverCores: 1,
  properties: '',
};
