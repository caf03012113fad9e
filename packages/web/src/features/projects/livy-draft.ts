import type { LivyRunAs, LivySettings, LivySettingsBody } from '@emberlab/contract';

/** What the form about a project's Livy has in its fields. */
export type LivyDraft = {
  place: 'emberlab' | 'livy';
  url: string;
  login: LivySettingsBody['login']['type'];
  user: string;
  /** password or token; empty: the stored one */
  secret: string;
  runAs: LivyRunAs;
};

export const draftOf = ({ server }: LivySettings): LivyDraft => ({
  place: server === null ? 'emberlab' : 'livy',
  url: server?.url ?? '',
  login: server?.login ?? 'none',
  user: server?.user ?? '',
  secret: '',
  runAs: server?.runAs ?? 'livy',
});

/** What is sent of it; a secret that was not entered is left out. */
export function bodyOf({ url, login, user, secret, runAs }: LivyDraft): LivySettingsBody {
  const entered = secret === '' ? undefined : secret;
  if (login === 'basic') return { url, login: { type: login, user, password: entered }, runAs };
  return { url, login: login === 'none' ? { type: login } : { type: login, token: entered }, runAs };
}

/** Whether a stored password or token goes on to count: it does for exactly what it was entered for. */
export const keepsSecret = ({ server }: LivySettings, draft: LivyDraft): boolean =>
  server !== null &&
  server.url === draft.url.trim().replace(/\/+$/, '') &&
  server.login === draft.login &&
  (draft.login !== 'basic' || server.user === draft.user);

/** Whether a password or token would be readable on its way. */
export function isOpenToAll({ url, login }: LivyDraft): boolean {
  if (login === 'none' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

const fields: Readonly<Record<string, keyof LivyDraft>> = {
  url: 'url',
  'login.user': 'user',
  'login.password': 'secret',
  'login.token': 'secret',
  runAs: 'runAs',
};

/** Problems of what would be sent, by the fields of the form. */
export const byField = (problems: Readonly<Record<string, string>>): Partial<Record<keyof LivyDraft, string>> =>
  Object.fromEntries(
    Object.entries(problems).flatMap(([path, message]) =>
      fields[path] === undefined ? [] : [[fields[path], message]],
    ),
  );
