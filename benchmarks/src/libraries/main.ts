import { utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client, type EnvironmentOperation, type NewOperation } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import { localIndex } from '../../../packages/server/src/features/environments/testing/local-index.ts';
import { percentile, type Figure } from '../figures.ts';
import { account, environmentOf, rounds, say, timed, until } from '../tools.ts';
import { diskOf } from './disk.ts';

/** how many revisions of the base set are compared with one */
const revisions = 10;
/** how many projects change their environments at the same moment */
const crowd = 20;
/** how often each of them is asked how far it is, ms: all the asking together must not be what takes the time */
const crowdAskMs = 250;

type Session = { readonly platform: Platform; readonly client: Client };

/** A library that nobody has asked for before, as one is that comes for the first time. */
const fresh = (number: number) => ({ name: `ember-bench-${number}`, version: '1.0' });

/** Makes a project; answers the seconds until its environment can be used. */
async function makeProject({ client, platform }: Session, name: string, everyMs?: number): Promise<number> {
  return timed('s', async () => {
    await client.call('projects.create', { body: { name } });
    await environmentOf(platform, client, name, everyMs);
  });
}

/** Changes an environment, and waits until that is in use. */
async function change(
  client: Client,
  project: string,
  body: NewOperation,
  everyMs?: number,
): Promise<EnvironmentOperation> {
  const { id } = await client.call('environment.change', { params: { project }, body });
  const done = await until(
    () => client.call('environment.operation', { params: { project, id } }),
    ({ endedAt }) => endedAt !== null,
    everyMs,
  );
  if (done.state !== 'succeeded') throw new Error(done.problem ?? done.state);
  return done;
}

/** Seconds for each kind of change, in turns: a library comes, somebody does something by hand, it goes, and comes back by `Restore`. */
async function measureChanges({ client, platform }: Session): Promise<Figure[]> {
  const project = 'demo';
  const install: number[] = [];
  const uninstall: number[] = [];
  const conflicts: number[] = [];
  const restore: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { name } = fresh(round);
    install.push(await timed('s', () => change(client, project, { kind: 'install', requirements: [name] })));
    const { current } = await client.call('environment.get', { params: { project } });
    const revision = current?.number ?? 0;
    const folder = await environmentOf(platform, client, project);
    conflicts.push(await measureConflicts(client, project, folder));
    uninstall.push(
      await timed('s', () => change(client, project, { kind: 'uninstall', packages: [name], force: false })),
    );
    restore.push(await timed('s', () => change(client, project, { kind: 'restore', revision })));
  }
  return [
    { what: 'one pure library from an index', unit: 's', values: install, goal: 'under 3 s' },
    { what: 'uninstalling it', unit: 's', values: uninstall },
    { what: 'conflict check after a change by hand', unit: 's', values: conflicts, goal: 'under 0.2 s' },
    { what: '`Restore`', unit: 's', values: restore, goal: 'under 2 s' },
  ];
}

/** Seconds of a look at an environment that has changed since it was looked at. */
async function measureConflicts(client: Client, project: string, folder: string): Promise<number> {
  const [python = ''] = await readdir(join(folder, 'lib'));
  const now = new Date();
  utimesSync(join(folder, 'lib', python, 'site-packages'), now, now);
  return timed('s', () => client.call('environment.conflicts', { params: { project } }));
}

/** What so many revisions take of the disk, against one. */
async function measureDisk({ client, platform }: Session, project: string): Promise<Figure> {
  const folder = await environmentOf(platform, client, project);
  const one = diskOf([folder]);
  const folders = [folder];
  while (folders.length < revisions) {
    await change(client, project, { kind: 'recreate', keep: true });
    folders.push(await environmentOf(platform, client, project));
  }
  const all = diskOf(folders);
  say(`  one ${one.toFixed(0)} MB, ${revisions} ${all.toFixed(0)} MB`);
  return {
    what: `${revisions} revisions of the base set on disk, against one`,
    unit: 'times',
    values: [all / one],
    goal: 'under 1.3',
  };
}

/** Many projects at once, each with a library of its own, while somebody looks at a page all the time. */
async function measureCrowd({ client, platform }: Session): Promise<Figure[]> {
  const projects = Array.from({ length: crowd }, (_, index) => `crowd-${index}`);
  const made = await timed('s', () =>
    Promise.all(projects.map((name) => makeProject({ client, platform }, name, crowdAskMs))),
  );
  const answers: number[] = [];
  const over = new AbortController();
  const looker = (async () => {
    while (!over.signal.aborted) {
      answers.push(await timed('ms', () => client.call('environment.get', { params: { project: 'demo' } })));
      await pause(100);
    }
  })();
  let failed = 0;
  const seconds = await timed('s', () =>
    Promise.all(
      projects.map((project, index) =>
        change(client, project, { kind: 'install', requirements: [fresh(rounds + index).name] }, crowdAskMs).catch(
          (error: Error) => {
            say(`  ${project}: ${error.message}`);
            failed += 1;
          },
        ),
      ),
    ),
  );
  over.abort();
  await looker;
  return [
    { what: `${crowd} new projects at once, until all are ready`, unit: 's', values: [made] },
    { what: `${crowd} projects that change at once, until the last is ready`, unit: 's', values: [seconds] },
    { what: `of ${crowd} such changes failed`, unit: 'failed', values: [failed], goal: '0' },
    { what: 'a request meanwhile, 99 of 100', unit: 'ms', values: [percentile(answers, 99)], goal: 'under 250 ms' },
  ];
}

const parts = ['new', 'change', 'disk', 'crowd'] as const;

/** How long changes of Python libraries take, and what they leave on the disk. The installer's cache is warm. Names of parts choose among them. */
export async function measureLibraries(wanted: readonly string[]): Promise<Figure[]> {
  const chosen = (part: (typeof parts)[number]) => !parts.some((one) => wanted.includes(one)) || wanted.includes(part);
  const index = await localIndex(Array.from({ length: rounds + crowd }, (_, number) => fresh(number)));
  const platform = await Platform.prepare();
  try {
    const token = await account(platform);
    await platform.start();
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    const session = { platform, client };
    const settings = await client.call('indexSettings.get', {});
    await client.call('indexSettings.set', { body: { ...settings, extraIndexUrls: [index.url] } });
    await environmentOf(platform, client, 'demo');
    const figures: Figure[] = [];
    if (chosen('new')) {
      say('New environments');
      const values: number[] = [];
      for (let round = 0; round < rounds; round += 1) values.push(await makeProject(session, `new-${round}`));
      figures.push({ what: 'a new project, until its environment is ready', unit: 's', values, goal: 'under 5 s' });
    }
    if (chosen('change')) {
      say('Changes');
      figures.push(...(await measureChanges(session)));
    }
    if (chosen('disk')) {
      say('Disk');
      await makeProject(session, 'disk');
      figures.push(await measureDisk(session, 'disk'));
    }
    if (chosen('crowd')) {
      say('Many at once');
      figures.push(...(await measureCrowd(session)));
    }
    return figures;
  } catch (error) {
    say(platform.log('control').split('\n').slice(-20).join('\n'));
    throw error;
  } finally {
    await platform.remove();
    await index.close();
  }
}
