import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** Runs something on behalf of a request: what is logged meanwhile, however deep inside and however much later, carries the request's id. */
export const withRequestId = <T>(id: string, run: () => T): T => storage.run(id, run);

/** The id of the request on whose behalf this runs; undefined: of none. */
export const currentRequestId = (): string | undefined => storage.getStore();
