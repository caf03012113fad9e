import type { Config } from '../config.ts';

/** What control and edge tell the supervisor over their IPC channel. */
export type ChildMessage =
  /** It serves. `setUpUrl`: the link with which the first administrator is made, while there is none. */
  | { readonly type: 'ready'; readonly url?: string; readonly setUpUrl?: string }
  /** It can't serve yet: why, as a sentence for the person at the terminal. It does as soon as it can. */
  | { readonly type: 'waits'; readonly message: string }
  /** It can't serve, and trying again won't help: one sentence for the person at the terminal. */
  | { readonly type: 'fatal'; readonly message: string };

/** What the supervisor tells a child, once, at its start: the settings as they were compiled, so that a child need not read them again. */
export type ParentMessage = { readonly type: 'config'; readonly config: Config };

/** An error whose message is for the person at the terminal, and that trying again won't cure. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}
