import { configuration as configurationSchema, type Configuration } from '@emberlab/contract';

/** Names whose values may be secrets, as Spark's own logs have it and a little beyond. */
const secret = /secret|passw|token|credential|private.?key|api.?key|access.?key|account.?key/i;

/** `name=value` lines whose name says that the value may be a secret are left out; the rest of the text is as it was. */
const cleanText = (text: string): string =>
  text
    .split('\n')
    .filter((line) => {
      const at = line.indexOf('=');
      return at < 0 || !secret.test(line.slice(0, at));
    })
    .join('\n');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) {
    return value
      .filter((one) => !(isRecord(one) && typeof one['name'] === 'string' && secret.test(one['name'])))
      .map(clean);
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => typeof one !== 'string' || !secret.test(key))
      .map(([key, one]) => [key, clean(one)]),
  );
}

/**
 * A configuration as other members may see and use it: without what its member may have put in as a secret, wherever in it that stands. Null: there is
 * nothing left that could be used.
 */
export const withoutSecrets = (configuration: Configuration): Configuration | null =>
  configurationSchema.safeParse(clean(configuration)).data ?? null;
