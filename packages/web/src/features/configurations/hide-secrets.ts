import { mayBeSecret } from '@emberlab/contract';

/** What stands in the place of a value that may be a secret. */
export const hiddenSecret = 'hidden: a secret';

/** Lines of `name=value` as they may be seen over somebody's shoulder; comments are lines too: what is switched off is still a secret. */
export const hideSecrets = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const at = line.indexOf('=');
      const [name, value] = [line.slice(0, at), line.slice(at + 1)];
      return at >= 0 && value.trim() !== '' && mayBeSecret(name, value) ? `${name}=(${hiddenSecret})` : line;
    })
    .join('\n');
