import {
  configurationProblems,
  effectiveProperties,
  fieldProperties,
  fileFields,
  jobProfileProblems,
  parseProperties,
  pathOfEntry,
  propertyEntry,
  type CheckedConfiguration,
  type Configuration,
  type ConfigurationProblem,
  type ConfigurationUse,
  type SparkConfiguration,
} from '@emberlab/contract';
import { isFileIn } from '../files/index.ts';
import type { ConfigurationsDeps } from './deps.ts';

/**
 * Looks at a configuration with the project's files at hand: everything that is wrong with it, and with nothing wrong what Spark would get. `folder` is
 * the project's, `use` what it is for: a job has no profile.
 */
export async function checkConfiguration(
  { spark, profiles, filesElsewhere = false }: Pick<ConfigurationsDeps, 'spark' | 'profiles' | 'filesElsewhere'>,
  { projectId, folder, use }: { projectId: string; folder: string; use: ConfigurationUse },
  configuration: Configuration,
): Promise<CheckedConfiguration> {
  const problems = [
    ...configurationProblems(configuration),
    ...(use === 'job' ? jobProfileProblems(configuration) : await profiles.problems(projectId, configuration)),
    ...(await fileProblems(configuration, filesElsewhere ? null : folder)),
    ...(configuration.type === 'spark' ? await pathProblems(configuration, folder, spark) : []),
    ...(configuration.type === 'spark' ? await engineProblems(configuration, projectId, spark) : []),
  ];
  if (configuration.type !== 'spark' || problems.length > 0) {
    return { problems: problems.map(present), effective: null };
  }
  const properties = {
    ...Object.fromEntries(parseProperties(configuration.properties).properties),
    ...Object.fromEntries(fieldProperties(configuration, folder).map(({ name, value }) => [name, value])),
  };
  const platform = await spark.platformProperties(projectId, configuration.engine, {
    projectFolder: folder,
    properties,
  });
  return { problems: [], effective: effectiveProperties(configuration, { projectFolder: folder, platform }) };
}

const present = ({ path, line, message }: ConfigurationProblem): CheckedConfiguration['problems'][number] => ({
  path: path.join('.'),
  line: line ?? null,
  message,
});

const notBrought =
  'The files of projects are in a storage outside of this machine, and Emberlab does not bring them to what runs yet. Please take this one out, and read it from the storage in your code.';

/** The files that are not there. `folder` null: none can be brought to what runs. */
async function fileProblems(configuration: Configuration, folder: string | null): Promise<ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = [];
  const kinds = configuration.type === 'spark' ? fileFields.map(({ kind }) => kind) : (['files'] as const);
  for (const kind of kinds) {
    const entries = configuration.type === 'spark' ? configuration[kind] : configuration.files;
    for (const [index, entry] of entries.entries()) {
      const path = pathOfEntry(entry);
      if (folder === null) {
        problems.push({ path: [kind, index], message: notBrought });
        continue;
      }
      if (await isFileIn(folder, path)) continue;
      const message = `There is no file ${path} in the project. (A link that leads out of the project counts as none.)`;
      problems.push({ path: [kind, index], message });
    }
  }
  return problems;
}

/** An engine that there is not, or not for the project. */
async function engineProblems(
  { engine }: SparkConfiguration,
  projectId: string,
  { engineProblem }: ConfigurationsDeps['spark'],
): Promise<ConfigurationProblem[]> {
  const message = await engineProblem(projectId, engine);
  return message === null ? [] : [{ path: ['engine'], message }];
}

/** Lines of `Properties` with paths that no session would get. */
async function pathProblems(
  { properties: text }: SparkConfiguration,
  folder: string,
  { pathProblem }: ConfigurationsDeps['spark'],
): Promise<ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = [];
  const { properties, lines } = parseProperties(text);
  for (const [name, value] of properties) {
    const rule = propertyEntry(name)?.rule;
    const message = rule === 'files' || rule === 'folder' ? await pathProblem(name, value, folder) : null;
    if (message !== null) problems.push({ path: ['properties'], line: lines.get(name) ?? 0, message });
  }
  return problems;
}
