import { parseEnvironment } from './environment-text.ts';
import { fieldOfProperty, sparkFields } from './fields.ts';
import { nameOfEntry } from './project-file.ts';
import { parseProperties } from './properties-text.ts';
import type { Configuration, PythonConfiguration, SparkConfiguration } from './shape.ts';
import type { LineProblem } from './text-lines.ts';

/** Something in a configuration that does not go together. `path` names the field as the API does, `line` the line of a text. */
export type ConfigurationProblem = {
  readonly path: readonly (string | number)[];
  readonly line?: number;
  readonly message: string;
};

/** Everything that is wrong with a configuration whose fields are right one by one. */
export const configurationProblems = (configuration: Configuration): ConfigurationProblem[] =>
  configuration.type === 'spark' ? sparkProblems(configuration) : pythonProblems(configuration);

const inLines = (path: string, problems: readonly LineProblem[]): ConfigurationProblem[] =>
  problems.map(({ line, message }) => ({ path: [path], line, message }));

function sparkProblems(configuration: SparkConfiguration): ConfigurationProblem[] {
  return [
    ...executorProblems(configuration.executors),
    ...importedByItself({
      files: configuration.files,
      pyFiles: configuration.pyFiles,
      archives: configuration.archives,
    }),
    // Spark has one room for files and Python files, one for jars, and one for archives.
    ...sameNames({ files: configuration.files, pyFiles: configuration.pyFiles }),
    ...sameNames({ jars: configuration.jars }),
    ...sameNames({ archives: configuration.archives }),
    ...inLines('properties', propertiesProblems(configuration.properties, configuration)),
  ];
}

function pythonProblems({ files, environment }: PythonConfiguration): ConfigurationProblem[] {
  return [
    ...importedByItself({ files }),
    ...sameNames({ files }),
    ...inLines('environment', parseEnvironment(environment).problems),
  ];
}

/** What is wrong with the `Properties` text beside these lists of files. */
export function propertiesProblems(
  text: string,
  lists: Pick<SparkConfiguration, 'archives' | 'jars' | 'pyFiles' | 'files'>,
): LineProblem[] {
  const { properties, lines, problems } = parseProperties(text);
  const twice: LineProblem[] = [];
  for (const name of properties.keys()) {
    const field = fieldOfProperty(name);
    if (field?.kind === undefined || lists[field.kind].length === 0) continue;
    const message = `${name} is set by the field "${field.label}" as well: please use one of the two.`;
    twice.push({ line: lines.get(name) ?? 0, message });
  }
  return [...problems, ...twice].toSorted((a, b) => a.line - b.line);
}

function executorProblems(executors: SparkConfiguration['executors']): ConfigurationProblem[] {
  if (executors.mode === 'static') return [];
  const { min, max, initial } = executors;
  const problem = (field: 'max' | 'initial', message: string) => [{ path: ['executors', field], message }];
  if (max < min) return problem('max', `At most ${max} is fewer than at least ${min}.`);
  if (initial < min) return problem('initial', `${initial} at first is fewer than at least ${min}.`);
  if (initial > max) return problem('initial', `${initial} at first is more than at most ${max}.`);
  return [];
}

/** Python runs modules of these names whenever it starts, before anything of the platform. */
const runByItself = /^(site|user)customize(\.|$)/;

function importedByItself(lists: Readonly<Record<string, readonly string[]>>): ConfigurationProblem[] {
  return Object.entries(lists).flatMap(([field, entries]) =>
    entries.flatMap((entry, index) => {
      const name = nameOfEntry(entry);
      if (!runByItself.test(name)) return [];
      const message = `"${entry}" can't be called ${name}: Python would run it at each start. Please rename it and import it.`;
      return [{ path: [field, index], message }];
    }),
  );
}

function sameNames(lists: Readonly<Record<string, readonly string[]>>): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const seen = new Map<string, string>();
  for (const [field, entries] of Object.entries(lists)) {
    for (const [index, entry] of entries.entries()) {
      const name = nameOfEntry(entry);
      const earlier = seen.get(name);
      if (earlier === undefined) seen.set(name, entry);
      else if (earlier === entry) problems.push({ path: [field, index], message: `"${entry}" is there twice.` });
      else {
        const message = `"${entry}" and "${earlier}" would both be called ${name}. Please rename one of them.`;
        problems.push({ path: [field, index], message });
      }
    }
  }
  return problems;
}

/** The lists of files of a configuration, with what they are called. */
export const fileFields = sparkFields.flatMap(({ kind, label }) => (kind === undefined ? [] : [{ kind, label }]));
