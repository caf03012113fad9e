import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startPatience, until, type Answer, type Call } from '../api.ts';
import type { Case } from '../suite.ts';
import { differs, isBefore, type Target } from '../target.ts';

type On = { readonly target: Target; readonly call: Call };

const listed = async (call: Call): Promise<number[]> =>
  (await call('GET', '/batches?size=1000')).json.sessions.map(({ id }: { id: number }) => id);

/** Makes a batch as soon as the server takes one more driver. */
const make = (call: Call, body: unknown): Promise<Answer> =>
  until(
    'a place for one more driver',
    () => call('POST', '/batches', { body }),
    ({ message }) => !message.includes('too many sessions'),
    { within: startPatience, every: 500 },
  );

const program = async (target: Target, name: string, code: string): Promise<string> => {
  const file = join(target.batchFolder, name);
  await writeFile(file, code);
  return file;
};

const stateOf = async (call: Call, id: number): Promise<string> => {
  const { status, json } = await call('GET', `/batches/${id}/state`);
  expect([status, status === 200 ? Object.keys(json).toSorted() : []]).toEqual([200, ['id', 'state']]);
  return json.state;
};

/** Waits for a batch's end; answers the states on the way. */
async function ending(call: Call, id: number): Promise<string[]> {
  const seen: string[] = [];
  await until(
    `batch ${id} ended`,
    () => stateOf(call, id),
    (state) => {
      if (seen.at(-1) !== state) seen.push(state);
      return ['success', 'dead', 'killed', 'error'].includes(state);
    },
    { within: startPatience },
  );
  return seen;
}

const logOf = async (call: Call, id: number): Promise<string> =>
  (await call('GET', `/batches/${id}/log?size=-1`)).json.log.join('\n');

export const batchCases: readonly Case<On>[] = [
  {
    name: 'a body that can not be read, or names no file, is refused',
    async run({ target, call }) {
      const before = await listed(call);
      for (const [raw, words] of [
        ['', /./],
        ['[]', /./],
        ['{"foo":1}', /foo/],
        ['{"file":"/a.py","args":"a"}', /args/],
        ['{}', /requirement failed: File is required\./],
        ['{"file":"a.py"}', /requirement failed: Path 'a\.py' is not absolute|There is no file/],
        ['{"file":"/etc/passwd"}', /cannot be added to user sessions|has to be a Python file/],
        ['{"file":"file:///etc/passwd.py"}', /cannot be added to user sessions|There is no file/],
      ] as const) {
        const { status, message } = await call('POST', '/batches', { raw });
        expect([raw, status, message]).toEqual([raw, 400, expect.stringMatching(words)]);
      }
      const left = (await listed(call)).length - before.length;
      expect(left > 0).toBe(differs(target, 'refusals-leave-nothing', { livy: true, emberlab: false }));
    },
  },
  {
    name: 'a file that is not there',
    needs: ['batches'],
    async run({ target, call }) {
      const { status, json } = await make(call, { file: join(target.batchFolder, 'absent.py') });
      expect(status).toBe(differs(target, 'absent-file-is-refused', { livy: 201, emberlab: 400 }));
      if (status === 201) expect((await ending(call, json.id)).at(-1)).toBe('dead');
    },
  },
  {
    name: 'a file that is neither Python nor a jar',
    needs: ['batches'],
    deviation: 'batches-are-python-or-jars',
    async run({ target, call }) {
      const { status, message } = await call('POST', '/batches', { body: { file: await program(target, 'x.sh', '') } });
      expect([status, message]).toEqual([
        400,
        expect.stringContaining('has to be a Python file (.py) or a jar (.jar)'),
      ]);
    },
  },
  {
    name: 'a program runs with its arguments, and its log has what it printed',
    needs: ['batches'],
    async run({ target, call }) {
      const file = await program(target, 'hello.py', 'import sys\nprint("hello", sys.argv[1:])\n');
      const { status, headers, json } = await make(call, { file, args: [1, true, 'x y'], name: 'hello' });
      expect([status, headers.get('location')]).toEqual([201, `/batches/${json.id}`]);
      const keys = ['appId', 'appInfo', 'id', 'log', 'name', 'owner', 'proxyUser', 'state'];
      expect(Object.keys(json).toSorted()).toEqual(keys);
      const links = isBefore(target, '0.9') ? [] : ['executorLogUrls'];
      expect(Object.keys(json.appInfo).toSorted()).toEqual(['driverLogUrl', ...links, 'sparkUiUrl']);
      expect(json).toMatchObject({ name: 'hello', owner: target.user, log: expect.any(Array) });
      const seen = await ending(call, json.id);
      expect(seen.at(-1)).toBe('success');
      for (const state of seen) expect(['starting', 'running', 'success']).toContain(state);
      expect(await logOf(call, json.id)).toContain("hello ['1', 'true', 'x y']");
      const page = (await call('GET', `/batches/${json.id}/log?from=0&size=1`)).json;
      expect(page).toMatchObject({ id: json.id, from: 0, log: ['stdout: '] });
      expect((await call('GET', `/batches/${json.id}`)).json).toMatchObject({ id: json.id, state: 'success' });
    },
  },
  {
    name: 'a program that ends with a number that is not 0 is dead',
    needs: ['batches'],
    async run({ target, call }) {
      const file = await program(target, 'fails.py', 'import sys\nprint("before", flush=True)\nsys.exit(3)\n');
      const { json } = await make(call, { file });
      expect((await ending(call, json.id)).at(-1)).toBe('dead');
      expect(await logOf(call, json.id)).toContain('before');
    },
  },
  {
    name: 'a Spark program runs until it is deleted; its name is its own',
    needs: ['batches'],
    async run({ target, call }) {
      const code =
        'from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate()\nprint("ready", flush=True)\nimport time; time.sleep(600)\n';
      const file = await program(target, 'waits.py', code);
      const body = { file, name: 'first', driverMemory: '512m' };
      const { status, json } = await make(call, body);
      expect(status).toBe(201);
      const { id } = json;
      await until(
        'the program runs',
        async () => [await stateOf(call, id), await logOf(call, id)],
        ([state, log]) => state === 'running' && log?.includes('ready') === true,
        { within: startPatience, every: 200 },
      );
      expect(await listed(call)).toContain(id);
      const again = await call('POST', '/batches', { body });
      expect([again.status, again.message]).toEqual([400, expect.stringContaining('Duplicate session name')]);
      const deleted = await call('DELETE', `/batches/${id}`);
      expect([deleted.status, deleted.json]).toEqual([200, { msg: 'deleted' }]);
      expect((await call('GET', `/batches/${id}`)).status).toBe(404);
      expect((await call('DELETE', `/batches/${id}`)).status).toBe(404);
      if (target.abilities.has('processes')) expect(target.processesOf('batches', id)).toEqual([]);
    },
  },
];
