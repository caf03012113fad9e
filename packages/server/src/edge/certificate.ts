import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** Files in PEM: the certificate with those that lead to a root behind it, and its private key. */
export type CertificateFiles = { readonly cert: string; readonly key: string };
export type Certificate = { readonly cert: Buffer; readonly key: Buffer };

const lookMs = 10_000;

/** Reads both files. Throws a sentence for the operator when they can't be read, or don't belong together. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const read = (what: string, path: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'ENOENT' ? 'it is not there' : error.code === 'EACCES' ? 'we may not' : error.message;
      throw new Error(`The ${what} ${path} can't be read: ${reason}.`, { cause: error });
    });
  const [cert, key] = await Promise.all([read('certificate', files.cert), read('private key', files.key)]);
  const understand = <T>(what: string, path: string, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw new Error(`${path} is no ${what} in PEM, without a passphrase.`, { cause: error });
    }
  };
  const certificate = understand('certificate', files.cert, () => new X509Certificate(cert));
  const privateKey = understand('private key', files.key, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`The private key ${files.key} doesn't belong to the certificate ${files.cert}.`);
  }
  return { cert, key };
}

/**
 * Looks every few seconds whether the files have changed, as they do when a certificate is renewed, and hands on what they are then. What can't be used
 * is logged once, and the one before stays. The answered function ends it.
 */
export function watchCertificate(options: {
  files: CertificateFiles;
  clock: Clock;
  log: Log;
  onChange: (certificate: Certificate) => void;
}): () => void {
  const { files, clock, log, onChange } = options;
  let closed = false;
  let known: string | null = null;
  let cancel: () => void = () => undefined;

  const look = async () => {
    const state = await stateOf(files);
    if (known !== null && state !== known) {
      try {
        onChange(await readCertificate(files));
        log.info({ certificate: files.cert }, 'the certificate has been renewed');
      } catch (error) {
        log.error({ err: error }, 'the new certificate cannot be used; going on with the one before');
      }
    }
    known = state;
    if (!closed) cancel = clock.after(lookMs, () => void look());
  };
  void look();
  return () => {
    closed = true;
    cancel();
  };
}

/** By which a change is noticed; links are followed, as renewals often put another one in place. */
async function stateOf({ cert, key }: CertificateFiles): Promise<string> {
  const of = async (path: string) => {
    const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
    return `${ino} ${size} ${mtimeMs}`;
  };
  return `${await of(cert)} ${await of(key)}`;
}
