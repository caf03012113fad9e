import { callAs } from '../api.ts';
import type { Ability, Kind, Target } from '../target.ts';

/**
 * A Livy server that runs at `url`, with nothing else to do. `files`: a folder here whose files its batches may read. What it can do is found out by asking.
 */
export async function apacheLivy(url: string, files: string | undefined): Promise<Target> {
  const target = {
    name: 'Apache Livy',
    is: 'livy',
    version: '0',
    kinds: [] as Kind[],
    abilities: new Set<Ability>(files === undefined ? [] : ['batches']),
    url: url.replace(/\/$/, ''),
    headers: {},
    extraHeaders: {},
    user: null,
    otherHeaders: {},
    batchFolder: files ?? '/',
    startLimit: 0,
    start: async () => {},
    restart: () => Promise.reject(new Error('it is not ours to restart')),
    processesOf: () => [],
    killDriver: () => {},
    stop: async () => {},
  } satisfies Target;
  const call = callAs(target);
  const version: string = (await call('GET', '/version')).json.version;
  const made = await call('POST', '/sessions', { body: { kind: 'pyspark' } });
  if (made.status !== 201) return { ...target, name: `Apache Livy ${version}`, version };
  await call('DELETE', `/sessions/${made.json.id}`);
  return {
    ...target,
    name: `Apache Livy ${version}`,
    version,
    kinds: ['pyspark', 'spark', 'sql', 'sparkr'],
    abilities: new Set([...target.abilities, 'sessions']),
  };
}
