import type { Role } from '@emberlab/contract';
import type { Target } from './protocol.ts';

/** By which control knows from which app's page a request comes. The edge sets it and takes it from whoever sends it. */
export const appHeader = 'x-emberlab-app';

/** What features tell the edge, through control. Changes reach every connected edge before the call resolves or within a second at the latest. */
export type EdgeTargets = {
  put(target: Target): void;
  /** Takes the target and every grant on it away; open connections to it end within 5 s. */
  remove(id: string): Promise<void>;
};

/** `loginDigest` or `tokenId`: what its user is here by; when that ends, so does what the address has opened. */
export type TicketOptions = {
  targetId: string;
  userId: string;
  loginDigest: string | null;
  tokenId?: string | null;
  path: string;
  /** the membership that its user needs for as long as it is open; absent: the target belongs to no project */
  needs?: { readonly projectId: string; readonly role: Role };
};

/** Makes one-time addresses on other origins. */
export type EdgeTickets = {
  /** An address on the target's origin that is good once, for a minute; opens `path` there (absolute, with query if any). */
  issue(options: TicketOptions): Promise<string>;
};
