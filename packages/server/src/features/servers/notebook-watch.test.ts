import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { askRuns, type RunsReport } from './notebook-runs.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const run = { id: 'p1', path: 'a.ipynb', kernel: 'python3', firstAt: 1, lastAt: 2, executions: 1 };
const report = (version: number, path = 'a.ipynb'): RunsReport => ({ version, runs: [{ ...run, path }] });
const python = defaultPythonConfiguration;

describe('notebooks that run in a server', () => {
  it('are written down as the server tells of them, each piece of news once', async () => {
    await using fixture = await serversFixture();
    const { reports, noted, askedAfter } = fixture.notebooks;
    const servers = fixture.instance();
    await servers.start();
    reports.push(report(3), { version: 3, runs: [] }, report(7, 'b.ipynb'));
    const server = await startUp(fixture, servers);
    await fixture.until(() => askedAfter.length === 4, 500);
    expect(noted).toEqual([
      { server, path: 'a.ipynb' },
      { server, path: 'b.ipynb' },
    ]);
    expect(askedAfter).toEqual([0, 3, 3, 7]);
    expect(fixture.errors).toEqual([]);
  });

  it('are asked for from the beginning after a restart of control', async () => {
    await using fixture = await serversFixture();
    const { reports, noted, askedAfter } = fixture.notebooks;
    const before = fixture.instance();
    await before.start();
    reports.push(report(3));
    const server = await startUp(fixture, before);
    await fixture.until(() => askedAfter.length === 2, 500);
    await before.close();
    reports.push(report(5));
    const after = fixture.instance();
    await after.start();
    await fixture.until(() => noted.length === 2, 500);
    expect(askedAfter.slice(0, 3)).toEqual([0, 3, 0]);
    expect(noted.at(-1)).toEqual({ server, path: 'a.ipynb' });
  });
});

describe('a server that does not say which notebooks run in it', () => {
  it('is left alone for a minute, and one that has said something is asked again at once', async () => {
    await using fixture = await serversFixture();
    const { reports, askedAfter } = fixture.notebooks;
    const servers = fixture.instance();
    await servers.start();
    reports.push(null, report(3), null, report(3));
    await startUp(fixture, servers);
    await fixture.until(() => askedAfter.length === 1);
    fixture.clock.advance(59_000);
    await servers.lookForNotebooks();
    expect(askedAfter).toEqual([0]);
    fixture.clock.advance(1000);
    await servers.lookForNotebooks();
    await fixture.until(() => askedAfter.length === 3, 500);
    await servers.lookForNotebooks();
    await fixture.until(() => askedAfter.length === 5, 500);
    expect(askedAfter).toEqual([0, 0, 3, 0, 3]);
  });
});

describe('a start for a notebook', () => {
  it('is with its configuration, and leaves the saved one as it is', async () => {
    await using fixture = await serversFixture();
    fixture.notebooks.configuration = python;
    const servers = fixture.instance();
    await servers.start();
    const saved = await fixture.configurations.get(fixture.whose);
    const started = await servers.service.startFor(fixture.whose, { path: 'a.ipynb' });
    expect(started.configuration).toEqual(python);
    expect(await fixture.configurations.get(fixture.whose)).toEqual(saved);
    // That one is the right one for it already.
    expect((await servers.service.startFor(fixture.whose, { path: 'a.ipynb' })).id).toBe(started.id);
  });

  it('is refused while a server runs with another configuration, and where the notebook is not', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const start = () => servers.service.startFor(fixture.whose, { path: 'a.ipynb' });
    await expect(start()).rejects.toMatchObject({ code: 'notebook_missing' });
    expect((await servers.service.get(fixture.whose)).id).toBeNull();
    await startUp(fixture, servers);
    fixture.notebooks.configuration = python;
    await expect(start()).rejects.toMatchObject({ code: 'server_running' });
    await servers.service.stop(fixture.whose);
    await reach(fixture, servers, 'stopped');
    expect((await start()).configuration).toEqual(python);
  });
});

describe('askRuns', () => {
  it('takes nothing that is no report, for users’ code may have written it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'ember-runs-'));
    const socket = join(folder.path, 's.sock');
    let answer = '';
    const urls: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      urls.push(url);
      response.end(answer);
    }).listen(socket);
    await once(server, 'listening');
    const asked = (content: unknown) => {
      answer = JSON.stringify(content);
      return askRuns({ socket, secret: 's' }, 4, AbortSignal.timeout(10_000));
    };
    try {
      expect(await asked(report(5))).toEqual(report(5));
      expect(await asked({ version: -1, runs: [] })).toBeNull();
      expect(await asked({ version: 5, runs: [{ ...run, lastAt: 'now' }] })).toBeNull();
      expect(await asked({ version: 5, runs: Array.from({ length: 201 }, () => run) })).toBeNull();
      expect(await asked({ version: 5, runs: [{ ...run, path: 'x'.repeat(5000) }] })).toBeNull();
      expect(new Set(urls)).toEqual(new Set(['/emberlab/runs?after=4']));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
