import type { SettingInEffect } from '@emberlab/contract';
import type { EngineSettings } from './engine-settings.ts';
import { redact } from './lib/redact.ts';
import type { ProfileSettings } from './profile-settings.ts';
import { settingsSchema, type Settings } from './settings.ts';
import type { DockerOptions } from './spawners/docker/settings.ts';
import type { KubernetesOptions } from './spawners/kubernetes/settings.ts';

/**
 * Every setting as it counts, for people to read: `chosen` is what counts in place of some that are not given. Values of secrets stay behind here; what looks
 * like one elsewhere is taken out.
 */
export function settingsInEffect(
  settings: Settings,
  chosen: Partial<Record<keyof Settings, string | number>>,
  sourceOf: (name: string) => SettingInEffect['source'],
): SettingInEffect[] {
  return Object.entries(settingsSchema.shape).map(([key, schema]) => {
    const name = key as keyof Settings;
    const { description = '', secret = false } = schema.meta() ?? {};
    const value = settings[name] ?? chosen[name];
    return {
      name,
      value: value === undefined || secret === true ? null : redact(spell(value)),
      source: sourceOf(name),
      secret: secret === true,
      description,
    };
  });
}

/** Which cluster an engine is. */
function clusterOf(engine: EngineSettings): string {
  if (engine.type === 'kubernetes') return `namespace ${engine.namespace}, image ${engine.image}`;
  return engine.type === 'yarn' ? engine.conf_dir : engine.master;
}

function spell(value: unknown): string {
  if (Array.isArray(value)) return value.map(spell).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('tolerations' in value) {
    const { name, label, image, projects } = value as ProfileSettings;
    const whose = projects.length === 0 ? '' : `, for ${projects.join(' and ')}`;
    return `${name} (${label}${image === null ? '' : `, image ${image}`}${whose})`;
  }
  if ('type' in value) {
    const engine = value as EngineSettings;
    return `${engine.name} (${engine.type}, ${clusterOf(engine)})`;
  }
  if ('socket' in value) {
    const { image, socket } = value as DockerOptions;
    return `image ${image}, engine at ${socket}`;
  }
  if ('namespace' in value) {
    const { namespace, image } = value as KubernetesOptions;
    return `namespace ${namespace}, image ${image}`;
  }
  const { group, project, role } = value as { group: string; project: string; role: string };
  return `${group}=${project}:${role}`;
}
