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

/** The Emberlab at an origin, with the login that is kept for it. Throws a `UsageError` where there is none. */
export async function connect(origin: string): Promise<Connection> {
  const credential = (await readCredentials(credentialsFile(process.env)))[origin];
  if (credential === undefined)
    throw new UsageError(`You are not logged in to ${origin}. Please run: emberlab login ${origin}`);
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
