import { z } from 'zod';

/**
 * What control tells the edge, as lines of JSON on `GET /feed` of the edge's socket: first a `snapshot`, then changes. The edge goes on with the
 * last table when the stream breaks, and begins anew with the snapshot of the next one.
 */

/** Something that answers HTTP and has an origin of its own, named by its id. */
export const target = z.object({
  id: z.string(),
  /** a Unix socket, or `tcp://HOST:PORT` */
  socketPath: z.string(),
  /** set on every request on the way, replacing what the client sent: Jupyter's own token lives here and nowhere else */
  headers: z.record(z.string(), z.string()),
  /** true: hosted by control itself, so wait while that restarts instead of answering that the target is dead */
  viaControl: z.boolean(),
});
export type Target = z.infer<typeof target>;

/** The right of one cookie (known by its SHA-256 digest) to one target. `expiresAt`: milliseconds since the epoch. */
export const grant = z.object({ digest: z.string(), targetId: z.string(), expiresAt: z.number() });
export type Grant = z.infer<typeof grant>;

export const feedLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), targets: z.array(target), grants: z.array(grant) }),
  z.object({ type: z.literal('target'), target }),
  z.object({ type: z.literal('target-gone'), id: z.string() }),
  z.object({ type: z.literal('grant'), grant }),
  z.object({ type: z.literal('grant-gone'), digest: z.string() }),
  /** says every 5 s that control is alive */
  z.object({ type: z.literal('tick') }),
]);
export type FeedLine = z.infer<typeof feedLine>;

/** `POST /redeem` on the same socket: turns a ticket into a cookie's secret, once. 410 for one that is used, expired or another target's. */
export const redeemBody = z.object({ ticket: z.string().max(200), targetId: z.string().max(63) });
export const redeemed = z.object({ secret: z.string(), maxAgeSeconds: z.number().int(), path: z.string() });

/** Somebody's page asked for what isn't its own, so often since the last call. */
const refusal = z.object({
  targetId: z.string().max(63),
  address: z.string().max(64),
  /** of the first of them */
  requestId: z.string().max(64),
  count: z.number().int().min(1),
});
export type Refusal = z.infer<typeof refusal>;
/** `POST /refused`: what the edge has refused because another page than the target's own asked. */
export const refusedBody = z.object({ refusals: z.array(refusal).max(200) });

/** `POST /report`: how an edge does. `requests`: by kind and class of status since it began; `0xx` were cut short. */
export const reportBody = z.object({
  edge: z.string().max(20),
  connections: z.number().int().min(0),
  requests: z.record(z.string().max(20), z.number().int().min(0)),
  /** the part of the last seconds in which it computed, 0 to 1 */
  busy: z.number().min(0).max(1),
  memoryBytes: z.number().int().min(0),
});
export type EdgeReport = z.infer<typeof reportBody>;

/** `POST /state`, by a replica that follows: what a project's event stream begins with for somebody who has this role in it. */
export const stateBody = z.object({
  projectId: z.string().max(63),
  viewer: z.object({ userId: z.string().max(63), role: z.enum(['owner', 'editor', 'viewer']) }),
});
export type StateAsked = z.infer<typeof stateBody>;

/** `POST /seen`: which targets had traffic since the last call. */
export const seenBody = z.object({ targetIds: z.array(z.string()) });
