import { mayBeSecret, type Configuration } from '@emberlab/contract';

/** `name=value` lines whose value may be a secret are left out; the rest of the text is as it was. */
const cleanText = (text: string): string =>
  text
    .split('\n')
    .filter((line) => {
      const at = line.indexOf('=');
      return at < 0 || !mayBeSecret(line.slice(0, at), line.slice(at + 1));
    })
    .join('\n');

/** A configuration as other members may see and use it: without the lines into which its member may have put a secret. */
export const withoutSecrets = (configuration: Configuration): Configuration =>
  configuration.type === 'spark'
    ? { ...configuration, properties: cleanText(configuration.properties) }
    : { ...configuration, environment: cleanText(configuration.environment) };
