import { engineProperty, propertyEntry, propertyList, propertyName } from '@emberlab/contract';
import type { SessionKind } from '@emberlab/contract';
import type { SessionRequest } from '../model.ts';
import type { ExternalBatchRequest, ExternalSessionRequest } from './model.ts';

/** What a Livy is sent under which name, and as whom. */
type Naming = { readonly externalName: string; readonly proxyUser: string | null };

/** The body of `POST /sessions` for a project's Livy, of a request that has been checked. What nobody asked for is left out: older versions refuse what they don't know. */
export const sessionBody = (
  kind: SessionKind,
  request: ExternalSessionRequest,
  naming: Naming,
): Record<string, unknown> =>
  told({
    kind,
    ...launchBody(request, naming),
    heartbeatTimeoutInSecond: request.heartbeatSeconds === 0 ? null : request.heartbeatSeconds,
    ttl: request.ttl,
    idleTimeout: request.idleTimeout,
  });

/** The same of `POST /batches`. */
export const batchBody = (request: ExternalBatchRequest, naming: Naming): Record<string, unknown> =>
  told({
    file: withScheme(request.file),
    className: request.className,
    args: request.args,
    ...launchBody(request, naming),
  });

function launchBody(request: Omit<SessionRequest, 'ttl' | 'idleTimeout'>, { externalName, proxyUser }: Naming) {
  const files = (list: readonly string[]) => list.flatMap(propertyList).map(withScheme);
  return {
    name: externalName,
    proxyUser,
    driverMemory: request.driverMemory,
    driverCores: request.driverCores,
    executorMemory: request.executorMemory,
    executorCores: request.executorCores,
    numExecutors: request.numExecutors,
    queue: request.queue,
    jars: files(request.jars),
    pyFiles: files(request.pyFiles),
    files: files(request.files),
    archives: files(request.archives),
    conf: confBody(request.conf),
  };
}

/** Properties by the names that were checked: another spelling could pass Livy's own checks as well. */
function confBody(conf: Readonly<Record<string, string>>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [written, value] of Object.entries(conf)) {
    const name = propertyName(written);
    // A Livy has no other engines.
    if (name === null || name.toLowerCase() === engineProperty) continue;
    const rule = propertyEntry(name)?.rule;
    properties[name] = rule === 'files' || rule === 'folder' ? propertyList(value).map(withScheme).join(',') : value;
  }
  return properties;
}

/** A path without a file system is one of this machine here, and was checked as such; a Livy would take it for one of the cluster's. */
export const withScheme = (path: string): string => (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(path) ? path : `file://${path}`);

/** Without what says nothing. */
const told = (body: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([, value]) =>
        value !== null &&
        !(Array.isArray(value) && value.length === 0) &&
        !(isObject(value) && Object.keys(value).length === 0),
    ),
  );

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
