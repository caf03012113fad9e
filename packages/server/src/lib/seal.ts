import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** the form of what is sealed; another one gets another letter */
const version = 'a';

/** A sealed text that can't be opened: by another key, for another purpose, or damaged. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Keeps secrets that have to be read again, such as passwords for other services, out of the database's plain text. */
export type Sealer = {
  /** AES-256-GCM. `purpose` belongs to the secret: sealed for one row, it can't be opened as another's. */
  seal(secret: string, purpose: string): Promise<string>;
  /** Throws a `SealError`. */
  open(sealed: string, purpose: string): Promise<string>;
};

/** A sealer with the key in `keyFile`, which is made when it is needed first (mode 0600). */
export function createSealer(keyFile: string): Sealer {
  let key: Promise<Buffer> | null = null;
  const theKey = () => {
    key ??= readOrMakeKey(keyFile);
    key.catch(() => (key = null));
    return key;
  };
  return {
    async seal(secret, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', await theKey(), nonce).setAAD(Buffer.from(purpose));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return version + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },

    async open(sealed, purpose) {
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
      if (!sealed.startsWith(version) || bytes.length < nonceBytes + tagBytes) throw new SealError('not a sealed text');
      const textAt = nonceBytes + tagBytes;
      const decipher = createDecipheriv('aes-256-gcm', await theKey(), bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(nonceBytes, textAt));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new SealError('sealed with another key or for another purpose', { cause: error });
      }
    },
  };
}

async function readOrMakeKey(file: string): Promise<Buffer> {
  const key = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (key === null) return makeKey(file);
  if (key.length !== keyBytes) throw new SealError(`${file} is not a key of ${keyBytes} bytes.`);
  return key;
}

/** Whole or not at all, and once: of two processes that make one at the same time, both get the first. */
async function makeKey(file: string): Promise<Buffer> {
  const temporary = join(dirname(file), `.${randomBytes(6).toString('hex')}.key`);
  await writeFile(temporary, randomBytes(keyBytes), { flag: 'wx', mode: 0o600, flush: true });
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary);
  }
  return readOrMakeKey(file);
}
