import { z } from 'zod';

/** What control and edge tell the supervisor over their IPC channel. */
export const childMessage = z.discriminatedUnion('type', [
  /** It serves. `setUpUrl`: the link with which the first administrator is made, while there is none. */
  z.object({ type: z.literal('ready'), url: z.string().optional(), setUpUrl: z.string().optional() }),
  /** It can't serve, and trying again won't help: one sentence for the person at the terminal. */
  z.object({ type: z.literal('fatal'), message: z.string() }),
]);
export type ChildMessage = z.infer<typeof childMessage>;

/** An error whose message is for the person at the terminal, and that trying again won't cure. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}
