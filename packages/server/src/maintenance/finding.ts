/** What a check has found: `warning` works, with something missing; `problem` doesn't. `todo`: what to do about it. */
export type Finding = {
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly todo?: string;
};

export const ok = (about: string, text: string): Finding => ({ about, state: 'ok', text });
export const warning = (about: string, text: string, todo: string): Finding => ({
  about,
  state: 'warning',
  text,
  todo,
});
export const problem = (about: string, text: string, todo: string): Finding => ({
  about,
  state: 'problem',
  text,
  todo,
});
