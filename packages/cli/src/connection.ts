import { ApiError, createClient, NetworkError, type Client } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import { z } from 'zod';
import { credentialsFile, readCredentials, type Credential } from './credentials.ts';
import { UsageError } from './usage.ts';

/** The address of an Emberlab; its origin is what counts. */
export const address = z
  .string()
  .regex(/^https?:\/\/[^/\s?#@]+\/?$/, 'Please give the address of Emberlab, such as https://emberlab.example.org.')
  .transform((url) => new URL(url).origin);

export type Connection = { origin: string; credential: Credential; client: Client };

/**
 * The Emberlab at an origin, with the login that is kept for it. Throws a `UsageError` where there is none, which names a login elsewhere; `option` is what
 * stands before an address on this command line.
 */
export async function connect(origin: string, option = '--at '): Promise<Connection> {
  const credentials = await readCredentials(credentialsFile(process.env));
  const credential = credentials[origin];
  if (credential === undefined) {
    const elsewhere = Object.keys(credentials)[0];
    const hint =
      elsewhere === undefined ? '' : `\nTo ask ${elsewhere}, where you are logged in, add ${option}${elsewhere}`;
    throw new UsageError(`You are not logged in to ${origin}. Please run: emberlab login ${origin}${hint}`);
  }
  return { origin, credential, client: createClient({ baseUrl: origin, token: credential.token }) };
}

/** What a call of the API says to people, with what it says of fields. */
export async function forPeople<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError) {
      throw new FatalError([error.message, ...error.details.map(({ message }) => `  ${message}`)].join('\n'));
    }
    throw error instanceof NetworkError ? new FatalError(error.message) : error;
  }
}
