import { hash, randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** An id that is never used again: 100 random bits as 20 lower-case letters and digits, fit for host names and paths. */
export function newId(): string {
  let id = '';
  for (const byte of randomBytes(20)) id += alphabet[byte & 31];
  return id;
}

/** A secret of 256 random bits, URL-safe. The prefix tells what it opens, to people and to secret scanners. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** What is stored of a secret that has enough entropy of its own: SHA-256, hexadecimal. Passwords go through `hashPassword` instead. */
export const digest = (secret: string): string => hash('sha256', secret);
