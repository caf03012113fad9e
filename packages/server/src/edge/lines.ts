import type { FeedLine, Grant, Target } from './protocol.ts';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads one line of the feed; null when it isn't one. Written by hand because the schema library alone would take a fifth of this process's
 * memory; a test holds it against the schema in `protocol.ts`.
 */
export function parseFeedLine(text: string): FeedLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isFields(value)) return null;
  switch (value.type) {
    case 'snapshot': {
      const targets = all(value.targets, readTarget);
      const grants = all(value.grants, readGrant);
      return targets === null || grants === null ? null : { type: 'snapshot', targets, grants };
    }
    case 'target': {
      const target = readTarget(value.target);
      return target === null ? null : { type: 'target', target };
    }
    case 'target-gone':
      return typeof value.id === 'string' ? { type: 'target-gone', id: value.id } : null;
    case 'grant': {
      const grant = readGrant(value.grant);
      return grant === null ? null : { type: 'grant', grant };
    }
    case 'grant-gone':
      return typeof value.digest === 'string' ? { type: 'grant-gone', digest: value.digest } : null;
    case 'tick':
      return { type: 'tick' };
    default:
      return null;
  }
}

function all<T>(value: unknown, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(read);
  return items.includes(null) ? null : (items as T[]);
}

function readTarget(value: unknown): Target | null {
  if (!isFields(value)) return null;
  const { id, socketPath, headers, viaControl } = value;
  if (typeof id !== 'string' || typeof socketPath !== 'string' || typeof viaControl !== 'boolean') return null;
  if (!isFields(headers) || !Object.values(headers).every((header) => typeof header === 'string')) return null;
  return { id, socketPath, headers: headers as Record<string, string>, viaControl };
}

function readGrant(value: unknown): Grant | null {
  if (!isFields(value)) return null;
  const { digest, targetId, expiresAt } = value;
  if (typeof digest !== 'string' || typeof targetId !== 'string' || typeof expiresAt !== 'number') return null;
  return { digest, targetId, expiresAt };
}

/** The answer of `POST /redeem`, as `redeemed` in `protocol.ts`; null when it isn't one. */
export function parseRedeemed(text: string): { secret: string; maxAgeSeconds: number; path: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isFields(value)) return null;
  const { secret, maxAgeSeconds, path } = value;
  if (typeof secret !== 'string' || typeof path !== 'string' || !Number.isSafeInteger(maxAgeSeconds)) return null;
  return { secret, maxAgeSeconds: maxAgeSeconds as number, path };
}
