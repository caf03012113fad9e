import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ControlFrame } from '../link/frames.ts';
import type { FakeAgent } from '../testing/fake-agent.ts';
import { emptyJar } from '../testing/jar.ts';
import { createRig, type Rig, type TestUser } from '../testing/rig.ts';

type Ask = Extract<ControlFrame, { type: 'ask'; what: 'add' }>;
type Word = 'jar' | 'pyfile' | 'file';

/** A port of this machine on which the rig's app is reached by real connections. */
async function portOf(rig: Rig): Promise<number> {
  const { port } = new URL(rig.app.listeningOrigin);
  return Number(port);
}

async function openRig(limits: { uploadBytes?: number; sessionUploadBytes?: number } = {}) {
  const rig = await createRig({ limits });
  await rig.app.listen({ host: '127.0.0.1', port: 0 });
  return rig;
}

const formOf = (field: string, name: string, content: string | Uint8Array<ArrayBuffer>) => {
  const form = new FormData();
  form.set(field, new Blob([content]), name);
  return form;
};

async function post(rig: Rig, path: string, body: FormData | string, more: { as?: TestUser; type?: string } = {}) {
  const response = await fetch(`http://127.0.0.1:${await portOf(rig)}/livy/demo${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${(more.as ?? rig.ada).email}`,
      ...(more.type === undefined ? {} : { 'content-type': more.type }),
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as { msg?: string } };
}

const upload = (rig: Rig, id: number, word: Word, name: string, content: string) =>
  post(rig, `/sessions/${id}/upload-${word}`, formOf(word === 'jar' ? 'jar' : 'file', name, content));

/** The n-th question that an agent gets, from 1. */
const asked = async (agent: FakeAgent, n: number) =>
  (await agent.heard('ask', (frame) => frame.what === 'add' && frame.request === n)) as Ask;

/** The agent says to the n-th question that it is done. */
async function takes(agent: FakeAgent, n: number): Promise<void> {
  await asked(agent, n);
  agent.say({ type: 'answer', request: n, value: null });
}

/** All files that lie below the folder of uploads. */
async function filesOf(rig: Rig): Promise<string[]> {
  const folder = rig.deps.config.paths.uploads;
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

test.for([
  ['jar', 'jar', 'jars', 'lib.jar'],
  ['pyfile', 'pyFile', 'files', 'möd ule.py'],
  ['file', 'file', 'files', '数 🙂.csv'],
] as const)('upload-%s: the driver is given the file, and it goes with the session', async ([word, as, room, name]) => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const content = `žđ 漢 🙂${word === 'jar' ? emptyJar : ''}`;
  const uploading = upload(rig, id, word, name, content);
  const { uri, ...question } = await asked(agent, 1);
  expect([question, uri]).toEqual([
    { type: 'ask', request: 1, what: 'add', as },
    join(rig.deps.config.paths.uploads, String(id), room, name),
  ]);
  expect(await readFile(uri, 'utf8')).toBe(content);
  // nobody else gets to it
  const modes = [uri, join(uri, '..'), join(uri, '../..')].map(async (path) =>
    ((await stat(path)).mode & 0o777).toString(8),
  );
  expect(await Promise.all(modes)).toEqual(['600', '700', '700']);
  agent.say({ type: 'answer', request: 1, value: null });
  expect(await uploading).toEqual({ status: 200, body: {} });

  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  expect(await filesOf(rig)).toEqual([]);
});

test('a file is written while it comes, and what comes after it is not read', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const form = new FormData();
  form.set('note', 'a field before it');
  form.set('file', new Blob(['x'.repeat(3_000_000)]), 'large.txt');
  form.set('more', new Blob(['y']), 'more.txt');
  const uploading = post(rig, `/sessions/${id}/upload-file/`, form);
  await takes(agent, 1);
  expect((await uploading).status).toBe(200);
  expect(await filesOf(rig)).toEqual([`${id}/files/large.txt`]);
});

test('a file again is the same to Spark; another of its name is refused', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  for (const n of [1, 2]) {
    const same = upload(rig, id, 'file', 'a.zip', 'one');
    await takes(agent, n);
    expect((await same).status).toBe(200);
  }
  for (const [word, content] of [
    ['file', `two${emptyJar}`],
    ['pyfile', 'another'],
  ] as const) {
    const { status, body } = await upload(rig, id, word, 'a.zip', content);
    expect([status, body.msg]).toEqual([409, expect.stringMatching(/another file of that name/)]);
  }
  // jars have a room of their own
  const jar = upload(rig, id, 'jar', 'a.zip', emptyJar);
  await takes(agent, 3);
  expect((await jar).status).toBe(200);
  expect(await filesOf(rig)).toEqual([`${id}/files/a.zip`, `${id}/jars/a.zip`]);
  expect(await readFile(join(rig.deps.config.paths.uploads, `${id}/files/a.zip`), 'utf8')).toBe('one');
});

test('what the driver refuses is not kept; what it does not answer is, since it may have it', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const refused = upload(rig, id, 'jar', 'a.jar', emptyJar);
  await asked(agent, 1);
  agent.say({ type: 'answer', request: 1, error: 'Spark could not add it.' });
  expect(await refused).toEqual({ status: 400, body: { msg: 'Spark could not add it.' } });
  expect(await filesOf(rig)).toEqual([]);

  // one that is there already may be Spark's
  const taken = upload(rig, id, 'jar', 'b.jar', emptyJar);
  await takes(agent, 2);
  await taken;
  const again = upload(rig, id, 'jar', 'b.jar', emptyJar);
  await asked(agent, 3);
  agent.say({ type: 'answer', request: 3, error: 'No.' });
  expect((await again).status).toBe(400);

  const lost = upload(rig, id, 'jar', 'c.jar', emptyJar);
  await asked(agent, 4);
  await agent.close();
  expect((await lost).status).toBe(409);
  expect(await filesOf(rig)).toEqual([`${id}/jars/b.jar`, `${id}/jars/c.jar`]);
});

test('what is not a jar is refused and not kept, and the driver is not asked', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  for (const [name, content] of [
    ['words.txt', emptyJar],
    ['words.jar', 'some words'],
    ['empty.jar', ''],
  ] as const) {
    const { status, body } = await upload(rig, id, 'jar', name, content);
    expect([status, body.msg]).toEqual([400, expect.stringContaining(`${name} is not a jar. Please name a file`)]);
  }
  expect(await filesOf(rig)).toEqual([]);
  expect(agent.received).toEqual([]);
});

test('a file that is too large leaves nothing', async () => {
  await using rig = await openRig({ uploadBytes: 1024 ** 2, sessionUploadBytes: 2 * 1024 ** 2 });
  const { id, agent } = await rig.idle();
  const large = 'x'.repeat(1024 ** 2);
  const refused = await upload(rig, id, 'file', 'a.txt', `${large}x`);
  expect([refused.status, refused.body.msg]).toEqual([413, expect.stringMatching(/too large: at most 1 MB/)]);
  expect(await filesOf(rig)).toEqual([]);

  for (const [n, name] of ['a.txt', 'b.txt'].entries()) {
    const fits = upload(rig, id, 'file', name, large);
    await takes(agent, n + 1);
    expect((await fits).status).toBe(200);
  }
  const full = await upload(rig, id, 'jar', 'c.jar', emptyJar);
  expect([full.status, full.body.msg]).toEqual([413, expect.stringMatching(/to a session can have at most 2 MB/)]);
  expect(await filesOf(rig)).toEqual([`${id}/files/a.txt`, `${id}/files/b.txt`]);
  // another session has its own room
  const other = await rig.idle();
  const fits = upload(rig, other.id, 'file', 'a.txt', large);
  await takes(other.agent, 1);
  expect((await fits).status).toBe(200);
});

test('files that come at once share the room of their session', async () => {
  await using rig = await openRig({ sessionUploadBytes: 1024 ** 2 });
  const { id, agent } = await rig.idle();
  const answers = Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => upload(rig, id, 'file', name, name.repeat(0.6 * 1024 ** 2))),
  );
  // at most one fits; that all are refused is fair as well
  void takes(agent, 1);
  const statuses = (await answers).map(({ status }) => status);
  expect(statuses.filter((status) => status === 413).length).toBeGreaterThanOrEqual(3);
  expect(await filesOf(rig)).toHaveLength(statuses.filter((status) => status === 200).length);
});

test('an upload that is cut leaves nothing', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const head = [
    '--b',
    'content-disposition: form-data; name="file"; filename="a.txt"',
    'content-type: text/plain',
    '',
    'x'.repeat(100_000),
  ].join('\r\n');
  const begin = async () => {
    const socket = connect({ host: '127.0.0.1', port: await portOf(rig) });
    socket.on('error', () => undefined);
    const headers = [
      `POST /livy/demo/sessions/${id}/upload-file HTTP/1.1`,
      'host: localhost',
      `authorization: Bearer ${rig.ada.email}`,
      'content-type: multipart/form-data; boundary=b',
      'content-length: 200000',
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n${head}`);
    await expect.poll(() => filesOf(rig)).toEqual([expect.stringMatching(new RegExp(String.raw`^${id}/\.part-`))]);
    return socket;
  };
  // the client goes away
  const socket = await begin();
  socket.destroy();
  await expect.poll(() => filesOf(rig)).toEqual([]);

  // the form ends within the file
  const { status, body } = await post(rig, `/sessions/${id}/upload-file`, head, {
    type: 'multipart/form-data; boundary=b',
  });
  expect([status, body.msg]).toEqual([400, expect.stringMatching(/did not come whole/)]);
  expect(await filesOf(rig)).toEqual([]);

  // its session ends meanwhile
  const late = await begin();
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  const answer = once(late, 'data');
  late.write(`${'x'.repeat(200_000 - head.length - 9)}\r\n--b--\r\n`);
  expect(String((await answer)[0])).toMatch(/^HTTP\/1.1 409 [^]*The session ended while the file was on its way/);
  expect(await filesOf(rig)).toEqual([]);
  expect([agent.received, rig.errors]).toEqual([[], []]);
});

test('what a control plane before us has left is removed; what sessions have stays', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const kept = upload(rig, id, 'file', 'a.txt', 'x');
  await takes(agent, 1);
  await kept;
  const folder = rig.deps.config.paths.uploads;
  await writeFile(join(folder, `${id}/.part-0`), 'half');
  await mkdir(join(folder, '99/files'), { recursive: true });
  await writeFile(join(folder, '99/files/b.txt'), 'an orphan');
  await rig.restart();
  expect([await filesOf(rig), await readdir(folder)]).toEqual([[`${id}/files/a.txt`], [String(id)]]);
});

test('only a form with the right field is taken', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  const url = (word: Word) => `/sessions/${id}/upload-${word}`;
  const note = new FormData();
  note.set('file', 'only text');
  for (const [word, body, type] of [
    ['jar', formOf('file', 'a.jar', 'x')],
    ['file', formOf('jar', 'a.jar', 'x')],
    ['pyfile', formOf('pyfile', 'a.py', 'x'.repeat(1_000_000))],
    ['file', note],
    ['file', new FormData()],
    ['file', '{"uri":"hdfs://a/b"}', 'application/json'],
    ['file', '{"uri":"hdfs://a/b"}', 'text/plain'],
    ['file', '', 'text/plain'],
    ['file', 'x', 'multipart/form-data'],
    ['file', 'x', 'multipart/form-data; boundary=b'],
    ['file', 'file=x', 'application/x-www-form-urlencoded'],
  ] as const) {
    const answer = await post(rig, url(word), body, type === undefined ? {} : { type });
    expect([word, body, answer.status]).toEqual([word, body, 400]);
    expect(answer.body.msg).toMatch(/Please send a form \(multipart\/form-data\) whose field "(jar|file)" is the file/);
  }
  expect([await filesOf(rig), agent.received, rig.errors]).toEqual([[], [], []]);
});

test('names are those of files, without a folder', async () => {
  await using rig = await openRig();
  const { id, agent } = await rig.idle();
  for (const [n, [sent, name]] of [
    ['../../../etc/a.py', 'a.py'],
    ['C:\\Users\\ada\\b.py', 'b.py'],
    ['/c.py', 'c.py'],
    ['...', '...'],
    ['n'.repeat(200), 'n'.repeat(200)],
  ].entries()) {
    const uploading = upload(rig, id, 'pyfile', sent ?? '', 'x');
    expect((await asked(agent, n + 1)).uri).toBe(join(rig.deps.config.paths.uploads, `${id}/files/${name}`));
    await takes(agent, n + 1);
    expect((await uploading).status).toBe(200);
  }
  const before = await filesOf(rig);
  for (const name of [
    '.',
    '..',
    'a/',
    'a/..',
    'a\u0000b',
    'a\tb',
    'a\u202eb',
    'a%2fb',
    'a#b',
    'a,b',
    'a?',
    '*',
    'n'.repeat(201),
  ]) {
    const { status, body } = await upload(rig, id, 'file', name, 'x');
    expect([name, status]).toEqual([name, 400]);
    // what can't be seen is not repeated
    expect(body.msg).toMatch(/^The file can't have the name "[^\p{Cc}\p{Cf}]*"\. Please/u);
  }
  expect(await filesOf(rig)).toEqual(before);
});

test('only its owner uploads to a session, and only while it can take it', async () => {
  await using rig = await openRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const { id, agent } = await rig.idle();
  for (const key of [id, 999]) {
    const answer = await post(rig, `/sessions/${key}/upload-file`, formOf('file', 'a.txt', 'x'), { as: bea });
    expect(answer).toEqual({ status: 404, body: { msg: `Session '${key}' not found.` } });
  }
  const { body: starting } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect(await upload(rig, starting.id, 'file', 'a.txt', 'x')).toEqual({
    status: 409,
    body: { msg: 'java.lang.IllegalStateException: Session is in state starting' },
  });
  // one that runs something takes files all the same
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  agent.say({ type: 'started', id: 0, startedAt: 1 });
  const busy = upload(rig, id, 'file', 'a.txt', 'x');
  await takes(agent, 1);
  expect((await busy).status).toBe(200);
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  expect((await upload(rig, id, 'file', 'b.txt', 'x')).status).toBe(409);
  expect(await filesOf(rig)).toEqual([]);
});
