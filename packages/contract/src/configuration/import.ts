import { longestImport } from './export.ts';
import { labelOf } from './fields.ts';
import { pythonShape, sparkShape, type Configuration } from './shape.ts';
import { configuration } from '../schemas/configuration.ts';

/** Reads a file with a configuration. Every problem is a sentence; with one of them nothing is taken, so that nothing is lost unseen. */
export function importConfiguration(text: string): { configuration: Configuration | null; problems: string[] } {
  const refuse = (...problems: string[]) => ({ configuration: null, problems });
  if (text.length > longestImport) return refuse('The file is too large to be a configuration.');
  let json: unknown;
  try {
    // Some editors begin a file with a mark that JSON does not know.
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return refuse('The file is not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refuse('The file has no configuration in it: one begins with { and names its type.');
  }
  const type = 'type' in json ? json.type : undefined;
  if (type !== 'spark' && type !== 'python') {
    return refuse('The file does not say which type it is: "type" has to be "spark" or "python".');
  }
  const problems = unknownFields(json, type);
  const read = configuration.safeParse(json);
  for (const issue of read.error?.issues ?? []) {
    const path = issue.path.join('.');
    problems.push(`${labelOf(type, path)}: ${issue.message}`);
  }
  return read.success && problems.length === 0
    ? { configuration: read.data, problems }
    : { configuration: null, problems };
}

/** What no configuration of the type has. */
function unknownFields(json: object, type: Configuration['type']): string[] {
  const known = Object.keys((type === 'spark' ? sparkShape : pythonShape).shape);
  const words = type === 'spark' ? 'Spark/PySpark' : 'Python';
  return [
    ...Object.keys(json).filter((key) => !known.includes(key)),
    ...('executors' in json ? unknownExecutors(json.executors) : []),
  ].map((key) => `"${key.slice(0, 100)}" is not a field of a configuration of type ${words}.`);
}

function unknownExecutors(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || !('mode' in value)) return [];
  const known = value.mode === 'static' ? ['mode', 'instances'] : ['mode', 'min', 'max', 'initial'];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `executors.${key}`);
}
