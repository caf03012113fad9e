import {
  configurationTypeLabels,
  defaultConfiguration,
  defaultPythonConfiguration,
  fieldValues,
  mayBeSecret,
  parseEnvironment,
  parseProperties,
  type Configuration,
} from '@emberlab/contract';
import { countOf, formatMegabytes } from '../../lib/units.ts';
import { hiddenSecret } from '../configurations/hide-secrets.ts';

/** A setting that two configurations don't share; null: it is not set there. What may be a secret is not told. */
export type Difference = {
  key: string;
  label: string;
  before: string | null;
  after: string | null;
};

type Setting = { label: string; text: string; shown?: string };

/** The lines of a field that is a text of such. */
const linesOf: Readonly<Record<string, (text: string) => Iterable<readonly [string, string]>>> = {
  properties: (text) => parseProperties(text).properties,
  environment: (text) => parseEnvironment(text).variables,
};

const shownOf = (setting: Setting | undefined): string | null => setting?.shown ?? setting?.text ?? null;

/** Every setting of a configuration by its key, in the order of the form. What is empty is not set. */
function settingsOf(configuration: Configuration): Map<string, Setting> {
  const settings = new Map<string, Setting>([
    ['type', { label: 'Type', text: configurationTypeLabels[configuration.type] }],
  ]);
  for (const { path, label, value, text } of fieldValues(configuration)) {
    const lines = linesOf[path];
    if (lines !== undefined && typeof value === 'string') {
      for (const [name, set] of lines(value)) {
        const shown = mayBeSecret(name, set) ? hiddenSecret : set;
        settings.set(`${path}.${name}`, { label: name, text: set, shown });
      }
    } else if (!Array.isArray(value) || value.length > 0) settings.set(path, { label, text });
  }
  return settings;
}

/** The settings that say something else than a configuration of the type does from the beginning, and the type. */
function ownSettings(configuration: Configuration): Map<string, Setting> {
  const usual = settingsOf(configuration.type === 'spark' ? defaultConfiguration : defaultPythonConfiguration);
  const settings = settingsOf(configuration);
  return new Map([...settings].filter(([key, { text }]) => key === 'type' || usual.get(key)?.text !== text));
}

/**
 * What differs between two configurations, setting by setting; of lines it compares the values, whatever the order and the comments. Two types share no
 * setting: there it is the type, and what somebody has chosen beside it.
 */
export function diffConfigurations(before: Configuration, after: Configuration): Difference[] {
  const read = before.type === after.type ? settingsOf : ownSettings;
  const [old, now] = [read(before), read(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was?.text === is?.text) return [];
    const label = was?.label ?? is?.label ?? key;
    return [{ key, label, before: shownOf(was), after: shownOf(is) }];
  });
}

/** A configuration in a line: `Spark/PySpark · 2 GB · 1 core · 3 properties`. */
export function configurationLine(configuration: Configuration): string {
  const isSpark = configuration.type === 'spark';
  const [memoryMb, cores] = isSpark
    ? [configuration.driverMemoryMb, configuration.driverCores]
    : [configuration.memoryMb, configuration.cores];
  const type: string = configurationTypeLabels[configuration.type];
  const parts = [type, formatMegabytes(memoryMb), countOf(cores, 'core')];
  if (isSpark) {
    const { size } = parseProperties(configuration.properties).properties;
    if (size > 0) parts.push(`${size} ${size === 1 ? 'property' : 'properties'}`);
  }
  return parts.join(' · ');
}
