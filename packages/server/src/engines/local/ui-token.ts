import { createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Spark's filter that lets in requests with a token signed by a secret alone. Spark 3.5 has none. */
const filter = 'org.apache.spark.ui.JWSFilter';

/**
 * Lets the pages of a Spark program answer us alone: they are at a port that all users of the machine can reach. Answers what to set for it; `file`, which only
 * we can read, gets what requests have to have with them. A Spark that can't ask for it gets nothing.
 */
export async function guardUi(sparkHome: string, file: string): Promise<Record<string, string>> {
  if (!(await hasFilter(sparkHome))) return {};
  const secret = randomBytes(32);
  await writeFile(file, signedToken(secret), { mode: 0o600 });
  return { 'spark.ui.filters': filter, [`spark.${filter}.param.secretKey`]: secret.toString('base64url') };
}

/** What requests to pages that are guarded have to have with them. */
export async function uiHeadersIn(file: string): Promise<Record<string, string>> {
  const token = await readFile(file, 'latin1').catch(() => null);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Whether this Spark can ask for a token: the filter, and what it reads tokens with. */
async function hasFilter(sparkHome: string): Promise<boolean> {
  const jars = await readdir(join(sparkHome, 'jars')).catch(() => []);
  return jars.some((name) => /^spark-core_.*-[4-9]/.test(name)) && jars.some((name) => name.startsWith('jjwt-impl-'));
}

/** A token (RFC 7519) that says nothing but that its bearer knows the secret. */
function signedToken(secret: Buffer): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256' })}.${part({ sub: 'emberlab' })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
