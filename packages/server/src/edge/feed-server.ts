import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { digest, newSecret } from '../lib/ids.ts';
import { createKeyedQueue } from '../lib/lifecycle.ts';
import { listenOnSocket } from '../lib/unix-socket.ts';
import type { Log } from '../lib/log.ts';
import type { EdgeTargets, EdgeTickets } from './ports.ts';
import {
  redeemBody,
  refusedBody,
  reportBody,
  seenBody,
  stateBody,
  type EdgeReport,
  type FeedLine,
  type Grant,
  type Refusal,
  type StateAsked,
  type Target,
} from './protocol.ts';
import type { EdgeStore, StoredGrant } from './store.ts';

const ticketMs = 60_000;
const maxGrantMs = 7 * 24 * 3600_000;
/** how often grants are compared with the database, where logins and users come and go */
const compareMs = 2000;
const tickMs = 5000;
const maxBodyBytes = 1024 * 1024;
/** An edge that has left so much unread is stuck; it gets a snapshot when it comes back. */
const maxUnreadBytes = 64 * 1024 * 1024;

export type FeedServer = {
  targets: EdgeTargets;
  tickets: EdgeTickets;
  /** Ends what was opened with a login; call it when that ends. */
  revokeLogin(loginDigest: string): Promise<void>;
  /** Looks at once whether the rights are still there behind what is open; it does so every 2 s anyway. */
  review(): Promise<void>;
  /** Ends what a user has open: everywhere, or on one target, which they have lost the right to. */
  revokeUser(userId: string, targetId?: string): Promise<void>;
  /**
   * Begins to serve edges. Call it once every target that still runs has been `put`: an edge takes the first snapshot for the whole truth and ends
   * the connections to whatever is absent from it.
   */
  listen(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Control's end of the feed: keeps the table of targets and grants, streams it and its changes to edges on a Unix socket that only we can open, and
 * turns tickets into grants. Targets live in memory, put by the features that run them; tickets and grants are rows.
 */
export function createFeedServer(options: {
  socketPath: string;
  store: EdgeStore;
  /** e.g. `http://{id}.localhost:8080` */
  appsOrigin: string;
  clock: Clock;
  log: Log;
  /** Targets had traffic. */
  onSeen: (targetIds: readonly string[]) => Promise<void>;
  /** The edge has refused what other pages than a target's own asked for. */
  onRefused?: (refusals: readonly Refusal[]) => Promise<void>;
  /** An edge says how it does. */
  onReport?: (report: EdgeReport) => void;
  /** The state of a project, for a replica that tells somebody. */
  stateOf?: (asked: StateAsked) => Promise<readonly unknown[]>;
}): FeedServer {
  const { store, clock, log } = options;
  const targets = new Map<string, Target>();
  const grants = new Map<string, StoredGrant>();
  const edges = new Set<ServerResponse>();
  const inTurn = createKeyedQueue();
  /** Changes of grants run one after the other, so that what is streamed comes in the order of what is stored. */
  const alone = <T>(task: () => Promise<T>): Promise<T> => inTurn('grants', task);
  const timers = new Map<string, () => void>();

  const tell = (line: FeedLine): void => {
    const text = `${JSON.stringify(line)}\n`;
    for (const edge of edges) {
      if (edge.writableLength > maxUnreadBytes) edge.destroy();
      else edge.write(text);
    }
  };

  const forget = (matches: (grant: StoredGrant) => boolean): void => {
    for (const grant of grants.values()) {
      if (!matches(grant)) continue;
      grants.delete(grant.digest);
      tell({ type: 'grant-gone', digest: grant.digest });
    }
  };

  /** Takes over what the database says: rows go with their login or user, whoever deletes those. */
  const compare = () =>
    alone(async () => {
      const live = new Map((await store.liveGrants(clock.now())).map((grant) => [grant.digest, grant]));
      forget((grant) => !live.has(grant.digest));
      for (const grant of live.values()) {
        if (grants.has(grant.digest)) continue;
        grants.set(grant.digest, grant);
        tell({ type: 'grant', grant: toGrant(grant) });
      }
    });

  const redeem = (ticket: string, targetId: string) =>
    alone(async () => {
      if (!targets.has(targetId)) return null;
      const now = clock.now();
      const found = await store.redeemTicket({ digest: digest(ticket), targetId, now });
      if (found === null) return null;
      const secret = newSecret('ember_app');
      const expiresAt = Math.min(now + maxGrantMs, found.loginExpiresAt ?? Infinity);
      const { userId, loginDigest, tokenId, path, needs } = found;
      const grant = { digest: digest(secret), targetId, userId, loginDigest, tokenId, expiresAt, needs };
      await store.insertGrant({ ...grant, createdAt: now });
      grants.set(grant.digest, grant);
      tell({ type: 'grant', grant: toGrant(grant) });
      return { secret, maxAgeSeconds: Math.floor((expiresAt - now) / 1000), path };
    });

  const stream = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const snapshot: FeedLine = {
      type: 'snapshot',
      targets: [...targets.values()],
      grants: [...grants.values()].map(toGrant),
    };
    response.write(`${JSON.stringify(snapshot)}\n`);
    edges.add(response);
    response.once('close', () => edges.delete(response));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /feed':
        return stream(response);
      case 'POST /redeem': {
        const body = redeemBody.safeParse(await readJson(request));
        if (!body.success) return send(response, 400);
        const redeemed = await redeem(body.data.ticket, body.data.targetId);
        return redeemed === null ? send(response, 410) : send(response, 200, redeemed);
      }
      case 'POST /seen': {
        const body = seenBody.safeParse(await readJson(request));
        if (!body.success) return send(response, 400);
        await options.onSeen(body.data.targetIds);
        return send(response, 204);
      }
      case 'POST /refused': {
        const body = refusedBody.safeParse(await readJson(request));
        if (!body.success) return send(response, 400);
        await options.onRefused?.(body.data.refusals);
        return send(response, 204);
      }
      case 'POST /report': {
        const body = reportBody.safeParse(await readJson(request));
        if (!body.success) return send(response, 400);
        options.onReport?.(body.data);
        return send(response, 204);
      }
      case 'POST /state': {
        const body = stateBody.safeParse(await readJson(request));
        if (!body.success || options.stateOf === undefined) return send(response, 400);
        return send(response, 200, await options.stateOf(body.data));
      }
      default:
        return send(response, 404);
    }
  };

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'edge request failed');
      if (response.headersSent) response.destroy();
      else send(response, 500);
    });
  });

  const every = (name: string, ms: number, run: () => void): void => {
    const again = () => {
      timers.set(name, clock.after(ms, again));
      run();
    };
    timers.set(name, clock.after(ms, again));
  };

  return {
    targets: {
      put(target) {
        targets.set(target.id, target);
        tell({ type: 'target', target });
      },
      remove: (id) => {
        targets.delete(id);
        tell({ type: 'target-gone', id });
        for (const grant of grants.values()) if (grant.targetId === id) grants.delete(grant.digest);
        return alone(() => store.remove({ targetId: id }));
      },
    },
    tickets: {
      async issue({ targetId, userId, loginDigest, tokenId = null, path, needs = null }) {
        const ticket = newSecret('ember_ticket');
        const expiresAt = clock.now() + ticketMs;
        await store.insertTicket({
          digest: digest(ticket),
          targetId,
          userId,
          loginDigest,
          tokenId,
          path,
          expiresAt,
          needs,
        });
        return `${options.appsOrigin.replace('{id}', targetId)}/-/open?ticket=${ticket}`;
      },
    },
    revokeLogin: (loginDigest) =>
      alone(async () => {
        await store.remove({ loginDigest });
        forget((grant) => grant.loginDigest === loginDigest);
      }),
    review: compare,
    revokeUser: (userId, targetId) =>
      alone(async () => {
        await store.remove({ userId, targetId: targetId ?? null });
        forget((grant) => grant.userId === userId && (targetId === undefined || grant.targetId === targetId));
      }),
    async listen() {
      await store.removeExpired(clock.now());
      await compare();
      await listenOnSocket(server, options.socketPath);
      every('tick', tickMs, () => tell({ type: 'tick' }));
      every('compare', compareMs, () => {
        compare().catch((error: unknown) => log.error({ err: error }, 'grants could not be compared'));
      });
      every('expired', 3600_000, () => {
        store
          .removeExpired(clock.now())
          .catch((error: unknown) => log.error({ err: error }, 'expired grants could not be removed'));
      });
    },
    async close() {
      for (const cancel of timers.values()) cancel();
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await stopped;
      // a change that is under way still needs the database
      await alone(async () => undefined);
    },
  };
}

const toGrant = ({ digest: of, targetId, expiresAt }: StoredGrant): Grant => ({ digest: of, targetId, expiresAt });

function send(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** The body as JSON; undefined when it is none or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
