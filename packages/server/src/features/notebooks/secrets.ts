import { configurationShape, type Configuration } from '@emberlab/contract';

/** What a name says whose value may be a secret, as Spark's own pages have it and a little beyond. */
const secretName = /secret|passw|passphrase|token|credential|private.?key|api.?key|access.?key|account.?key/i;
/** A class that provides secrets is none. */
const provider = /provider(\.path)?$/i;
/** A password in an address, or an option of such a name within a value. */
const secretValue = [/:\/\/[^/\s:@]*:[^/\s@]+@/, /(secret|passw|token|credential|key)[\w.-]*=/i];

const isSecret = (name: string, value: string): boolean =>
  (secretName.test(name) && !provider.test(name.trim())) || secretValue.some((pattern) => pattern.test(value));

/** `name=value` lines whose value may be a secret are left out; the rest of the text is as it was. */
const cleanText = (text: string): string =>
  text
    .split('\n')
    .filter((line) => {
      const at = line.indexOf('=');
      return at < 0 || !isSecret(line.slice(0, at), line.slice(at + 1));
    })
    .join('\n');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) {
    return value
      .filter((one) => !(isRecord(one) && typeof one['name'] === 'string' && secretName.test(one['name'])))
      .map(clean);
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => typeof one !== 'string' || !secretName.test(key))
      .map(([key, one]) => [key, clean(one)]),
  );
}

/**
 * A configuration as other members may see and use it: without what its member may have put in as a secret, wherever in it that stands. Null: there is
 * nothing left that could be used.
 */
export const withoutSecrets = (configuration: Configuration): Configuration | null =>
  configurationShape.safeParse(clean(configuration)).data ?? null;
