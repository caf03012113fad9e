import { sparkFields } from './fields.ts';
import { parseProperties } from './properties-text.ts';
import { mayBeSecret } from './secrets.ts';
import type { SparkConfiguration } from './shape.ts';

/** What a platform says of the properties of an application: what others win over, and what wins over others. */
export type PlatformProperties = {
  readonly defaults: Readonly<Record<string, string>>;
  readonly pinned: Readonly<Record<string, string>>;
};

/**
 * A property that Spark gets. `value` null: it is a secret and not shown. `label` names the field, `line` the one in `Properties`; the platform's are
 * `default` where Properties may say something else, and `pinned` where not.
 */
export type EffectiveProperty = {
  name: string;
  value: string | null;
  from: 'field' | 'properties' | 'default' | 'pinned';
  label: string | null;
  line: number | null;
};

/** How a value of a field is written as a property. Paths of the project become those that Spark opens. */
function asText(value: string | number | readonly string[], unit: 'MB' | undefined, projectFolder: string): string {
  if (typeof value === 'object') return value.map((path) => `${projectFolder}/${path}`).join(',');
  return `${value}${unit === 'MB' ? 'm' : ''}`;
}

/** The properties that a configuration's fields set. */
export function fieldProperties(
  configuration: SparkConfiguration,
  projectFolder: string,
): { name: string; value: string; label: string }[] {
  return sparkFields.flatMap(({ property, label, unit, read }) => {
    const value = read(configuration);
    const says = value !== null && !(typeof value === 'object' && value.length === 0);
    return property === null || !says ? [] : [{ name: property, value: asText(value, unit, projectFolder), label }];
  });
}

/** What Spark gets for a configuration without problems, by name, each with where it comes from. */
export function effectiveProperties(
  configuration: SparkConfiguration,
  { projectFolder, platform }: { projectFolder: string; platform: PlatformProperties },
): EffectiveProperty[] {
  const all = new Map<string, EffectiveProperty>();
  const put = (
    name: string,
    value: string,
    source: { from: EffectiveProperty['from']; label?: string; line?: number },
  ) => {
    const { from, label = null, line = null } = source;
    all.set(name.toLowerCase(), { name, value: mayBeSecret(name, value) ? null : value, from, label, line });
  };
  for (const [name, value] of Object.entries(platform.defaults)) put(name, value, { from: 'default' });
  const { properties, lines } = parseProperties(configuration.properties);
  for (const [name, value] of properties) put(name, value, { from: 'properties', line: lines.get(name) ?? 0 });
  for (const { name, value, label } of fieldProperties(configuration, projectFolder)) {
    put(name, value, { from: 'field', label });
  }
  for (const [name, value] of Object.entries(platform.pinned)) put(name, value, { from: 'pinned' });
  return [...all.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The body of a Livy request for a session with a configuration. What has a field there stands in it, the rest in `conf`. */
export function sessionBody(configuration: SparkConfiguration, projectFolder: string): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const conf: Record<string, string> = Object.fromEntries(parseProperties(configuration.properties).properties);
  for (const { property, livy, unit, read } of sparkFields) {
    const value = read(configuration);
    if (property === null || value === null || (typeof value === 'object' && value.length === 0)) continue;
    if (livy === undefined) conf[property] = asText(value, unit, projectFolder);
    else if (typeof value === 'object') body[livy] = value.map((path) => `${projectFolder}/${path}`);
    else body[livy] = unit === 'MB' ? asText(value, unit, projectFolder) : value;
  }
  return { ...body, conf };
}
