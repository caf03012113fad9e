import { expect } from 'vitest';
import { pause, startPatience, until, type Answer, type Call } from '../api.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import { differs, isBefore, type Kind, type Target } from '../target.ts';

/** A session that was just made: what was asked for, and what was answered. */
export type Made = {
  readonly kind: Kind | 'shared';
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  /** when, by the clock of `performance` */
  readonly at: number;
  readonly session: Session;
};

type On = { readonly target: Target; readonly call: Call; readonly made: readonly Made[] };

const keys = 'id name appId owner proxyUser state kind appInfo log'.split(' ');
const keysSince09 =
  'ttl idleTimeout driverMemory driverCores executorMemory executorCores conf archives files heartbeatTimeoutInSecond jars numExecutors pyFiles queue'.split(
    ' ',
  );

/** What the request of the session for SQL says. */
export const rowLimit = 1500;
export const idleSeconds = 8;
const ttlSeconds = 5;

const oneOf = (made: readonly Made[], kind: Made['kind']): Made => {
  const found = made.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no session of the kind ${kind} was made`);
  return found;
};

/** The request for a session of each kind: together they have all that may be said of one. */
export function requests(target: Target): [kind: Made['kind'], body: Record<string, unknown>][] {
  const small = {
    driverMemory: '512m',
    driverCores: differs<unknown>(target, 'numbers-as-text', { livy: 1, emberlab: '1' }),
  };
  const times = (fields: Record<string, string>) => (isBefore(target, '0.9') ? {} : fields);
  const all: [Made['kind'], Record<string, unknown>][] = [
    [
      'pyspark',
      { kind: 'python', name: 'first', conf: { 'spark.a': 1, 'spark.b': true }, ...times({ ttl: `${ttlSeconds}s` }) },
    ],
    ['spark', { kind: 'scala', name: 'second', ...times({ ttl: '5min' }) }],
    [
      'sql',
      {
        kind: 'sql',
        conf: { 'livy.rsc.sql.num-rows': rowLimit },
        ...times({ ttl: '900000', idleTimeout: `${idleSeconds}s` }),
      },
    ],
    ['sparkr', { kind: 'r' }],
    ['shared', {}],
  ];
  return all
    .filter(([kind]) => kind === 'shared' || target.kinds.includes(kind))
    .map(([kind, body]) => [kind, { ...small, ...body }]);
}

/** Sessions whose drivers are still starting. */
export const startingCases: readonly Case<On>[] = [
  {
    name: 'one start above the limit is refused, in the words that clients know',
    needs: ['start limit'],
    async run({ target, call, made }) {
      expect(made).toHaveLength(target.startLimit);
      const { status, json } = await call('POST', '/sessions', { body: { kind: 'pyspark' } });
      expect(json).toMatchObject({ msg: 'Rejected, too many sessions are being created!' });
      expect(status).toBe(differs(target, 'too-many-is-429', { livy: 400, emberlab: 429 }));
      expect((await call('GET', '/sessions')).json.total).toBe(made.length);
    },
  },
  {
    name: 'a new session is answered with Livy’s keys, its place, and the state of its start',
    async run({ target, made }) {
      for (const { answer, session } of made) {
        const { status, headers, json } = answer;
        expect([status, headers.get('location')]).toEqual([201, `/sessions/${session.id}`]);
        const awaited = isBefore(target, '0.9') ? keys : [...keys, ...keysSince09];
        expect(Object.keys(json).toSorted()).toEqual(awaited.toSorted());
        expect(json.state).toMatch(/^(starting|not_started)$/);
        expect(json.log).toBeInstanceOf(Array);
        expect(Object.keys(json.appInfo).toSorted()).toEqual(['driverLogUrl', 'executorLogUrls', 'sparkUiUrl']);
      }
    },
  },
  {
    name: 'ids grow, and refused requests have used none',
    async run({ target, made }) {
      const ids = made.map(({ session }) => session.id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids[0]).toBe(differs(target, 'ids-from-one', { livy: ids[0], emberlab: 1 }));
    },
  },
  {
    name: 'the kind is answered in the word of Livy, whichever was written',
    async run({ made }) {
      for (const { kind, answer } of made) expect(answer.json.kind).toBe(kind);
    },
  },
  {
    name: 'the configuration is answered as it was written, in texts',
    since: '0.9',
    async run({ made }) {
      expect(oneOf(made, 'pyspark').answer.json).toMatchObject({
        name: 'first',
        conf: { 'spark.a': '1', 'spark.b': 'true' },
        driverMemory: '512m',
        driverCores: 1,
        ttl: `${ttlSeconds}s`,
        jars: [],
        heartbeatTimeoutInSecond: 0,
        queue: null,
      });
      expect(oneOf(made, 'sql').answer.json).toMatchObject({
        name: null,
        conf: { 'livy.rsc.sql.num-rows': String(rowLimit) },
        idleTimeout: `${idleSeconds}s`,
      });
    },
  },
  {
    name: 'its owner is who made it, and whom it acts for',
    async run({ target, made }) {
      for (const { answer } of made) {
        expect(answer.json.owner).toBe(target.user);
        expect(answer.json.proxyUser).toBe(
          differs(target, 'proxy-user-is-answered', { livy: null, emberlab: target.user }),
        );
      }
    },
  },
  {
    name: 'lists have pages, and tell how many there are in all',
    async run({ call, made }) {
      const { json } = await call('GET', '/sessions?from=1&size=1');
      expect(json).toMatchObject({ from: 1, total: made.length });
      expect(json.sessions.map((one: { id: number }) => one.id)).toEqual([made[1]?.session.id]);
      expect((await call('GET', `/sessions?from=${made.length}`)).json.sessions).toEqual([]);
    },
  },
  {
    name: 'a session has its name on every route, and nobody else has it',
    async run({ target, call, made }) {
      const { session } = oneOf(made, 'pyspark');
      expect((await call('GET', '/sessions/first')).json.id).toBe(session.id);
      expect((await call('GET', '/sessions/first/state')).json).toMatchObject({ id: session.id });
      expect((await call('GET', '/sessions/first/log')).json).toMatchObject({ id: session.id });
      const again = await call('POST', '/sessions', { body: { name: 'first' } });
      // Where starts are counted, this one comes above the limit too: its name is looked at before.
      expect([again.status, again.message]).toEqual([400, expect.stringContaining('Duplicate session name')]);
      expect((await call('GET', '/sessions')).json.total).toBe(made.length);
      if (!target.abilities.has('processes')) return;
      const next = Math.max(...made.map((one) => one.session.id)) + 1;
      expect(target.processesOf('sessions', next).length > 0).toBe(
        differs(target, 'refusals-leave-nothing', { livy: true, emberlab: false }),
      );
    },
  },
  {
    name: 'one that starts takes no statement',
    async run({ target, made }) {
      for (const { session } of made) {
        const { status, message } = await session.ask('POST', '/statements', { code: '1', kind: 'pyspark' });
        expect(message).toContain('Session is in state starting');
        expect(status).toBe(differs(target, 'no-500-for-states', { livy: 500, emberlab: 409 }));
      }
    },
  },
  {
    name: 'one that starts has no statements, and says so at once',
    deviation: 'empty-list-while-starting',
    async run({ made }) {
      for (const { session } of made) {
        const began = performance.now();
        const { status, json } = await session.ask('GET', '/statements');
        expect([status, json]).toEqual([200, { total_statements: 0, statements: [] }]);
        expect(performance.now() - began).toBeLessThan(2000);
      }
    },
  },
];

/** A session that is older than its `ttl`. */
export const oldCases: readonly Case<{ readonly made: readonly Made[] }>[] = [
  {
    name: 'one that is older than its time to live goes on',
    deviation: 'ttl-ends-nothing',
    async run({ made }) {
      const { session, at } = oneOf(made, 'pyspark');
      await pause(Math.max(0, at + (ttlSeconds + 2) * 1000 - performance.now()));
      expect((await session.ask('GET')).json).toMatchObject({ state: 'idle', ttl: `${ttlSeconds}s` });
    },
  },
];

/** One session, until it is idle. */
export const readyCases: readonly Case<{ readonly target: Target; readonly session: Session }>[] = [
  {
    name: 'it goes through the states of a start to idle, with its log at hand',
    async run({ session }) {
      await until(
        'idle',
        () => session.ask('GET'),
        ({ json }) => {
          expect(json.state).toMatch(/^(not_started|starting|idle)$/);
          expect(json.log).toBeInstanceOf(Array);
          return json.state === 'idle';
        },
        { within: startPatience },
      );
    },
  },
  {
    name: 'its application has an id and links',
    deviation: 'links-are-filled',
    async run({ session }) {
      const { json } = await session.ask('GET');
      expect(json).toMatchObject({
        appId: expect.stringMatching(/./),
        appInfo: { sparkUiUrl: expect.stringMatching(/^http/), driverLogUrl: expect.stringMatching(/^http/) },
      });
    },
  },
];
