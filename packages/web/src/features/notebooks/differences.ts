import { configurationTypeLabels, parseProperties, type Configuration } from '@emberlab/contract';
import { countOf, formatMegabytes } from '../../lib/units.ts';

/** A setting that two configurations don't share; null: it is not set there. */
export type Difference = {
  key: string;
  label: string;
  before: string | null;
  after: string | null;
};

/** What people read for a setting; one that has no name here is called by its key. */
const labels: Readonly<Record<string, string>> = {
  type: 'Type',
  driverMemoryMb: 'Driver memory',
  driverCores: 'Driver cores',
};

type Setting = { label: string; text: string };

/** `executorMemoryMb` → `Executor memory`. */
function spellKey(key: string): string {
  const words = key
    .replace(/Mb$/, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One value, short: `yes`, `2 GB`, `a.py, b.py`. */
function spellValue(key: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return key.endsWith('Mb') ? formatMegabytes(value) : String(value);
  if (Array.isArray(value)) return value.map((one) => spellValue('', one)).join(', ');
  if (isRecord(value)) {
    return Object.values(value)
      .map((one) => spellValue('', one))
      .join(' ');
  }
  if (key === 'type' && typeof value === 'string') return spellType(value);
  return String(value);
}

const spellType = (type: string): string =>
  Object.entries(configurationTypeLabels).find(([known]) => known === type)?.[1] ?? type;

/** The `name=value` lines of a text, where it is made of such. */
function linesOf(key: string, text: string): Iterable<[string, string]> | null {
  if (key === 'properties') return parseProperties(text).properties;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  if (!lines.every((line) => /^\s*[\w.$-]+\s*=/.test(line))) return null;
  return lines.map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

/** Collects the settings below a value by their keys, in order. What is empty is not set. */
function collect(settings: Map<string, Setting>, key: string, label: string, name: string, value: unknown): void {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return;
  if (isRecord(value)) {
    for (const [inner, one] of Object.entries(value)) {
      const innerLabel = labels[`${key}.${inner}`] ?? `${label}: ${spellKey(inner).toLowerCase()}`;
      collect(settings, `${key}.${inner}`, innerLabel, inner, one);
    }
    return;
  }
  const lines = typeof value === 'string' ? linesOf(name, value) : null;
  if (lines === null) settings.set(key, { label, text: spellValue(name, value) });
  else for (const [line, text] of lines) settings.set(`${key}.${line}`, { label: line, text });
}

function settingsOf(configuration: Configuration): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [key, value] of Object.entries(configuration)) {
    collect(settings, key, labels[key] ?? spellKey(key), key, value);
  }
  return settings;
}

/**
 * What differs between two configurations, setting by setting. It knows no field by itself, so that one which is added to configurations is compared as
 * well; of properties it compares the values, whatever the order and the comments.
 */
export function diffConfigurations(before: Configuration, after: Configuration): Difference[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was?.text === is?.text) return [];
    const label = was?.label ?? is?.label ?? key;
    return [{ key, label, before: was?.text ?? null, after: is?.text ?? null }];
  });
}

/** A configuration in a line: `Spark/PySpark · 2 GB · 1 core · 3 properties`. */
export function configurationLine(configuration: Configuration): string {
  const parts: string[] = [configurationTypeLabels[configuration.type]];
  if (configuration.type === 'spark') {
    const { driverMemoryMb, driverCores } = configuration;
    parts.push(formatMegabytes(driverMemoryMb), countOf(driverCores, 'core'));
    const { size } = parseProperties(configuration.properties).properties;
    if (size > 0) parts.push(`${size} ${size === 1 ? 'property' : 'properties'}`);
  }
  return parts.join(' · ');
}
