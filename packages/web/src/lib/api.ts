import { ApiError, createClient, NetworkError } from '@emberlab/contract';

/** The API of the page's own origin. `fetch` is looked up at each call, so that tests can replace it. */
export const api = createClient({ baseUrl: '', fetch: (...request) => globalThis.fetch(...request) });

/** The sentence that people read for an error, whoever threw it. */
export function errorMessage(error: unknown): string {
  if (error instanceof ApiError || error instanceof NetworkError) return error.message;
  return 'Something went wrong in this page. Please reload it and try again.';
}

/** Whether the server said that the login has ended. */
export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'not_logged_in';
}

/** Whether the server said that there is no such thing, or that it is not the caller's to see. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the same request may succeed a moment later: no answer at all, or a server that is coming up. */
export function isTransient(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && error.status >= 502);
}
