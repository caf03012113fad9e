import { expect, it } from 'vitest';
import { DockerError, type Container } from './api.ts';
import { endOf, exitOf, notFetched, refusalOf } from './explain.ts';
import { testSettings } from './settings.fixture.ts';

const settings = { socket: testSettings().socket, image: 'The image server:1' };
const ended = (more: Partial<Container>): Container => ({
  id: 'a',
  image: 'server:1',
  labels: {},
  state: 'exited',
  pid: 0,
  exitCode: 1,
  memoryRanOut: false,
  error: '',
  memory: 0,
  ...more,
});

it('tells a signal from an exit code', () => {
  expect(exitOf({ exitCode: 3 })).toEqual({ code: 3, signal: null });
  expect(exitOf({ exitCode: 137 })).toEqual({ code: null, signal: 'SIGKILL' });
});

it.each<[string, Container | null, string, string | null]>([
  ['removed', null, '', 'The container of the server was removed, and not by Emberlab.'],
  [
    'out of memory',
    ended({ memoryRanOut: true, exitCode: 137, memory: 2 * 1024 ** 3 }),
    '',
    'Jupyter was ended because its memory ran out: the limit is 2 GB.',
  ],
  ['a kernel that was out of memory', ended({ memoryRanOut: true, exitCode: 0 }), '', null],
  [
    'never begun',
    ended({ error: 'no such device' }),
    '',
    'The Docker engine could not start the container: no such device.',
  ],
  [
    'without a shell',
    ended({}),
    '[FATAL tini (7)] exec /bin/sh failed: No such file',
    'The image server:1 has no /bin/sh, with which a server begins.',
  ],
  ['before its log', ended({}), "/bin/sh: can't open it\n", "The server ended: /bin/sh: can't open it."],
  ['by itself', ended({}), '', null],
])('says why one ended: %s', (_name, container, output, sentence) => {
  expect(endOf(container, output, settings.image)).toBe(sentence);
});

it.each([
  [
    'pull access denied for server',
    "The image server:1 can't be fetched: pull access denied for server. Please check the name, or fetch it with docker pull.",
  ],
  ['i/o timeout', "The image server:1 can't be fetched: i/o timeout."],
])('says why an image is not fetched: %s', (said, sentence) => {
  expect(notFetched(new DockerError(said, { status: 500 }), settings)).toBe(sentence);
});

it.each([
  [
    new DockerError('write: no space left on device', { status: 500 }),
    'The disk of the Docker engine is full. Please free some space.',
  ],
  [new DockerError('No such image: server:1', { status: 404 }), 'The image server:1 is not on this machine any more.'],
  [
    new DockerError('no answer within 20 seconds', { status: null }),
    'The Docker engine does not answer: no answer within 20 seconds.',
  ],
  [new Error('EIO: disk'), 'The container could not be started: EIO: disk.'],
])('says what the engine did not do: %s', (error, sentence) => {
  expect(refusalOf(error, settings)).toBe(sentence);
});
