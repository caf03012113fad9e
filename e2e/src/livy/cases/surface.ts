import { expect } from 'vitest';
import type { Call } from '../api.ts';
import type { Case } from '../suite.ts';
import { differs, type Target } from '../target.ts';

type On = { readonly target: Target; readonly call: Call };

/** Every route of a session or a statement, with a body that it takes. */
const sessionRoutes: readonly [method: string, path: string, body?: unknown][] = [
  ['GET', ''],
  ['GET', '/state'],
  ['GET', '/log'],
  ['GET', '/statements'],
  ['GET', '/statements/0'],
  ['DELETE', ''],
  ['POST', '/stop'],
  ['POST', '/interrupt'],
  ['POST', '/connect'],
  ['POST', '/statements', { code: '1' }],
  ['POST', '/statements/0/cancel', {}],
  ['POST', '/completion', { code: '1', kind: 'pyspark', cursor: 1 }],
  ['POST', '/add-file', { uri: '/a' }],
  ['POST', '/add-jar', { uri: '/a' }],
  ['POST', '/add-pyfile', { uri: '/a' }],
];

/** Routes, methods and forms of answers, on a server that has no sessions. */
export const surfaceCases: readonly Case<On>[] = [
  {
    name: 'the version has six texts, is one that clients take, and needs no login',
    async run({ target, call }) {
      const { status, json } = await call('GET', '/version', { headers: { authorization: null } });
      expect(status).toBe(200);
      expect(Object.keys(json).toSorted()).toEqual(['branch', 'date', 'revision', 'url', 'user', 'version']);
      for (const value of Object.values(json)) expect(value).toBeTypeOf('string');
      // Clients compare it as a text, for which 0.10 comes before 0.5.
      expect(json.version >= '0.5.0').toBe(true);
      expect(json.version).toBe(target.version);
    },
  },
  {
    name: 'an empty list, with and without a slash at the end',
    async run({ call }) {
      for (const path of ['/sessions', '/sessions/', '/sessions?from=0&size=5']) {
        const { status, json } = await call('GET', path);
        expect([path, status, json]).toEqual([path, 200, { from: 0, total: 0, sessions: [] }]);
      }
    },
  },
  {
    name: 'a page that is no number is refused',
    async run({ call }) {
      for (const path of ['/sessions?from=x', '/sessions?size=x', '/batches?from=x']) {
        const { status, json } = await call('GET', path);
        expect([path, status, json]).toEqual([path, 400, { msg: expect.stringMatching(/^For input string: "x"/) }]);
      }
    },
  },
  {
    name: 'methods and paths that are none',
    async run({ call }) {
      for (const method of ['PUT', 'PATCH']) {
        expect([method, (await call(method, '/sessions', { body: {} })).status]).toEqual([method, 405]);
      }
      for (const path of ['/nonsense', '/sessions/0/nonsense', '/batches/0/nonsense'])
        expect([path, (await call('GET', path)).status]).toEqual([path, 404]);
    },
  },
  {
    name: 'a session that is not there is not found, in the words that a client looks for, on every route',
    async run({ call }) {
      for (const key of ['99', 'nope']) {
        for (const [method, path, body] of sessionRoutes) {
          const { status, json } = await call(method, `/sessions/${key}${path}`, body === undefined ? {} : { body });
          expect([method, path, status, json]).toEqual([method, path, 404, { msg: `Session '${key}' not found.` }]);
        }
      }
    },
  },
  {
    name: 'the same for a batch',
    async run({ call }) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/state'],
        ['GET', '/log'],
        ['DELETE', ''],
      ] as const) {
        const { status, json } = await call(method, `/batches/99${path}`);
        expect([method, path, status, json]).toEqual([method, path, 404, { msg: "Session '99' not found." }]);
      }
    },
  },
  {
    name: 'an id that no number can hold is refused',
    async run({ call }) {
      for (const path of ['/sessions/99999999999', '/batches/99999999999']) {
        const { status, message } = await call('GET', path);
        expect([path, status, message]).toEqual([path, 400, expect.stringMatching(/^For input string: "99999999999"/)]);
      }
    },
  },
  {
    name: 'the version of the API that a client asks for',
    async run({ call }) {
      const asks = (accept: string) => call('GET', '/sessions', { headers: { accept } });
      expect((await asks('application/vnd.livy.v0.1+json')).status).toBe(200);
      const unknown = await asks('application/vnd.livy.v9.9+json');
      expect([unknown.status, unknown.json]).toEqual([406, { msg: "No value found for '9.9'" }]);
    },
  },
  {
    name: 'answers are JSON in UTF-8, whatever a client accepts',
    async run({ call }) {
      for (const accept of ['*/*', 'application/json', 'text/html']) {
        const { headers } = await call('GET', '/sessions', { headers: { accept } });
        expect([accept, headers.get('content-type')?.replaceAll(' ', '')]).toEqual([
          accept,
          'application/json;charset=utf-8',
        ]);
      }
    },
  },
  {
    name: 'bodies are JSON whatever their type says, and UTF-8 is no encoding to undo',
    async run({ call }) {
      // What it says shows that the body was read; nothing is made.
      const raw = '{"žeton":1}';
      for (const headers of [
        {},
        { 'content-type': 'text/plain' },
        { 'content-type': 'application/octet-stream' },
        { 'content-encoding': 'UTF-8' },
      ]) {
        const { status, message } = await call('POST', '/sessions', { raw, headers });
        expect([headers, status, message]).toEqual([headers, 400, expect.stringContaining('žeton')]);
      }
    },
  },
  {
    name: 'errors are objects with the words in "msg"',
    async run({ target, call }) {
      const { status, json } = await call('POST', '/sessions', { raw: '[' });
      expect(status).toBe(400);
      expect(typeof json).toBe(differs(target, 'errors-are-objects', { livy: 'string', emberlab: 'object' }));
    },
  },
  {
    name: 'pages and measurements of the server itself, and jobs of Livy’s own client library',
    async run({ target, call }) {
      for (const path of ['/metrics', '/ui']) {
        const awaited = differs(target, 'no-pages', { livy: 200, emberlab: 404 });
        expect([path, (await call('GET', path)).status]).toEqual([path, awaited]);
      }
      const job = await call('POST', '/sessions/99/submit-job', { body: { job: 'AA==', jobType: 'pyspark' } });
      expect(job.status).toBe(404);
      const words = {
        livy: /^Session '99' not found\.$/,
        emberlab: /^There is nothing at \S+\/sessions\/99\/submit-job\. /,
      };
      expect(job.message).toMatch(differs(target, 'no-pages', words));
    },
  },
];
