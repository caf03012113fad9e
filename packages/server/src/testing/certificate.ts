import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Files of a certificate that was made for a test, and what a client has to know to trust it. */
export type TestCertificate = {
  readonly cert: string;
  readonly key: string;
  readonly pem: Buffer;
  readonly serial: string;
};

/** Makes a certificate for `names` by openssl, signed by itself, in files of the folder. */
export async function makeCertificate(
  folder: string,
  { name = 'tls', names = ['localhost', '*.apps.localhost'] }: { name?: string; names?: readonly string[] } = {},
): Promise<TestCertificate> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const alternatives = names.map((each) => `DNS:${each}`).join(',');
  await execa('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30'.split(' '),
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=${alternatives}`,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  const { stdout } = await execa('openssl', ['x509', '-in', cert, '-noout', '-serial']);
  return { cert, key, pem: readFileSync(cert), serial: stdout.replace('serial=', '').trim() };
}
