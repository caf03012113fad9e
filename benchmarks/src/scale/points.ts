import { setTimeout as pause } from 'node:timers/promises';
import { createClient, defaultPythonConfiguration, type Client } from '@emberlab/contract';
import { median, percentile } from '../figures.ts';
import { Livy } from '../gateway/livy.ts';
import { requests } from '../platform/load.ts';
import { residentMb, timed, until } from '../tools.ts';
import { databaseLoad, type DatabaseLoad } from './database-load.ts';
import { processorMs, type Simulation } from './running.ts';
import { memberOf } from './seed.ts';

const changes = 20;
/** All servers are asked once in this time what goes on in them. */
const restMs = 20_000;
const asks = 20;

/** What is measured at one size of a platform. Times are ms; `median` and `p99` of `asks` requests. */
export type Point = {
  readonly users: number;
  /** as many servers as sessions */
  readonly things: number;
  readonly controls: number;
  readonly lists: Readonly<Record<string, { readonly median: number; readonly most: number }>>;
  /** from the request to the state that was asked for, as its client sees it */
  readonly changes: Readonly<Record<'serverStarts' | 'serverStops' | 'sessionStarts' | 'sessionEnds', number>>;
  /** of control, of one server or session that starts and ends */
  readonly perChange: { readonly processorMs: number; readonly transactions: number; readonly rows: number };
  /** of control, each second, when nobody does anything */
  readonly atRest: { readonly processorMs: number; readonly transactions: number; readonly rows: number };
  /** when nobody has done anything for a while */
  readonly memoryMb: { readonly control: number; readonly edge: number };
  /** reads of one member's projects through the edge, on ten connections */
  readonly reads: { readonly perSecond: number; readonly p99: number };
};

export type Place = {
  readonly simulation: Simulation;
  readonly port: number;
  readonly databaseUrl: string;
  readonly adminToken: string;
};

const clientOf = (place: Place, token: string): Client =>
  createClient({ baseUrl: `http://127.0.0.1:${place.port}`, token });

const livyOf = (place: Place, { project, token }: { project: string; token: string }): Livy =>
  new Livy(`http://127.0.0.1:${place.port}/livy/${project}`, { authorization: `Bearer ${token}` });

export async function startServer(place: Place, member: number): Promise<void> {
  const { project, token } = memberOf(member);
  const client = clientOf(place, token);
  const params = { project };
  await client.call('jupyter.start', { params, body: { configuration: defaultPythonConfiguration } });
  await until(
    () => client.call('jupyter.server', { params }),
    ({ state }) => state === 'running',
  );
}

async function stopServer(place: Place, member: number): Promise<void> {
  const { project, token } = memberOf(member);
  const client = clientOf(place, token);
  await client.call('jupyter.stop', { params: { project } });
  await until(
    () => client.call('jupyter.server', { params: { project } }),
    ({ state }) => state === 'stopped',
  );
}

export const startSession = (place: Place, member: number): Promise<number> =>
  livyOf(place, memberOf(member)).start({ kind: 'pyspark' });

async function endSession(place: Place, member: number, id: number): Promise<void> {
  const client = clientOf(place, memberOf(member).token);
  const params = { project: memberOf(member).project };
  await livyOf(place, memberOf(member)).end(id);
  await until(
    () => client.call('sessions.list', { params }),
    ({ items }) => !items.some((session) => session.id === id && ['idle', 'shutting_down'].includes(session.state)),
  );
}

type Used = { readonly at: number; readonly processorMs: number } & DatabaseLoad;

async function usedSoFar({ simulation, databaseUrl }: Place): Promise<Used> {
  return { at: performance.now(), processorMs: processorMs(simulation.leader), ...(await databaseLoad(databaseUrl)) };
}

/** Between two looks, each second. */
const rateOf = (from: Used, to: Used) => {
  const seconds = (to.at - from.at) / 1000;
  return {
    processorMs: (to.processorMs - from.processorMs) / seconds,
    transactions: (to.transactions - from.transactions) / seconds,
    rows: (to.rows - from.rows) / seconds,
  };
};

/** What so many changes took beyond what is taken at rest. */
function beyondRest(from: Used, to: Used, rest: ReturnType<typeof rateOf>, count: number) {
  const seconds = (to.at - from.at) / 1000;
  const one = (key: keyof typeof rest) => (to[key] - from[key] - rest[key] * seconds) / count;
  return { processorMs: one('processorMs'), transactions: one('transactions'), rows: one('rows') };
}

async function measureLists(place: Place): Promise<Point['lists']> {
  const { project, token } = memberOf(0);
  const member = clientOf(place, token);
  const admin = clientOf(place, place.adminToken);
  const params = { project };
  const pages: Readonly<Record<string, () => Promise<unknown>>> = {
    'a member’s projects': () => member.call('projects.list', {}),
    'their Jupyter page': () => member.call('jupyter.server', { params }),
    'a project’s Spark applications': () => member.call('sessions.list', { params }),
    'all that runs': () => admin.call('admin.running', {}),
    'all people': () => admin.call('people.list', {}),
    'all projects': () => admin.call('admin.projects', {}),
    health: () => admin.call('admin.health', {}),
  };
  const lists: Record<string, { median: number; most: number }> = {};
  for (const [what, ask] of Object.entries(pages)) {
    const took: number[] = [];
    for (let round = 0; round < asks; round += 1) took.push(await timed('ms', ask));
    lists[what] = { median: median(took), most: percentile(took, 100) };
  }
  return lists;
}

/** Starts and ends servers and sessions of members who have none, one after the other. */
async function measureChanges(place: Place, first: number): Promise<Point['changes']> {
  const took = {
    serverStarts: [] as number[],
    serverStops: [] as number[],
    sessionStarts: [] as number[],
    sessionEnds: [] as number[],
  };
  for (let index = 0; index < changes; index += 1) {
    const member = first + index;
    took.serverStarts.push(await timed('ms', () => startServer(place, member)));
    took.serverStops.push(await timed('ms', () => stopServer(place, member)));
    let id = 0;
    took.sessionStarts.push(
      await timed('ms', async () => {
        id = await startSession(place, member);
      }),
    );
    took.sessionEnds.push(await timed('ms', () => endSession(place, member, id)));
  }
  return {
    serverStarts: median(took.serverStarts),
    serverStops: median(took.serverStops),
    sessionStarts: median(took.sessionStarts),
    sessionEnds: median(took.sessionEnds),
  };
}

/** Everything at the present size. `idle`: the first of the members who have nothing that runs */
export async function measurePoint(
  place: Place,
  size: Pick<Point, 'users' | 'things' | 'controls'>,
  idle: number,
): Promise<Point> {
  const [before, , after] = [await usedSoFar(place), await pause(restMs), await usedSoFar(place)];
  const atRest = rateOf(before, after);
  const memoryMb = { control: residentMb(place.simulation.leader), edge: residentMb(place.simulation.edgePid) };
  const took = await measureChanges(place, idle);
  await pause(1000);
  const perChange = beyondRest(after, await usedSoFar(place), atRest, changes * 2);
  const lists = await measureLists(place);
  const headers = { authorization: `Bearer ${memberOf(0).token}` };
  const door = { port: place.port, path: '/api/v1/projects', headers };
  const { perSecond, p99 } = await requests({ door, connections: 10, seconds: 5, warmUpSeconds: 2 });
  return { ...size, lists, changes: took, perChange, atRest, memoryMb, reads: { perSecond, p99 } };
}
