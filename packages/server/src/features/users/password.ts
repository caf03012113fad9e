import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

// OWASP's first recommendation for argon2id: 19 MiB, 2 passes, 1 lane.
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Hashes at the same time take 19 MiB each, so only so many run at once; the others wait their turn. */
const atOnce = 4;
let running = 0;
const waiting: (() => void)[] = [];
/** With so many before it, a hash would come after its client has given up. */
const maxWaiting = 200;

/** Too many passwords are being checked at once. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
}

async function derive(password: string, salt: Buffer, parameters: typeof cost): Promise<Buffer> {
  if (waiting.length >= maxWaiting) throw new OverloadError('too many passwords at once');
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await hash('argon2id', { message: password.normalize('NFKC'), nonce: salt, tagLength: 32, ...parameters });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** The password's argon2id hash as a PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const derived = await derive(password, salt, cost);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(derived)}`;
}

/** What a stranger's password is checked against, so that an unknown name takes as long as a known one. */
let decoy: Promise<string> | null = null;

/** Whether the password fits. `stored` null (no such user) takes the same time and answers false. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  // Both ask for it, so that both take as long; one that could not be made is made again.
  decoy ??= hashPassword('nobody has this password').catch((error: unknown) => {
    decoy = null;
    throw error;
  });
  const nobodys = await decoy;
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(stored ?? nobodys);
  if (match === null) return false;
  const [, memory, passes, parallelism, salt = '', expected = ''] = match;
  const derived = await derive(password, Buffer.from(salt, 'base64'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  const wanted = Buffer.from(expected, 'base64');
  return stored !== null && derived.length === wanted.length && timingSafeEqual(derived, wanted);
}
