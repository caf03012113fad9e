import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hadoopHome, startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { describeStorage } from '../storage.contract.ts';
import { createHdfsStorage } from './storage.ts';
import type { HdfsOptions } from './webhdfs.ts';

const withClusters = hadoopHome !== undefined && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

async function addressOf(cluster: HadoopCluster): Promise<string> {
  const settings = await readFile(join(cluster.confDir, 'core-site.xml'), 'utf8');
  const [, address] = /<name>dfs\.namenode\.http-address<\/name>\s*<value>([^<]+)/.exec(settings) ?? [];
  return `http://${address}`;
}

/** Asks HDFS as its superuser, who is whoever has started it. */
async function ask(options: HdfsOptions, method: 'GET' | 'PUT', path: string, query: string): Promise<unknown> {
  const url = `${options.addresses.at(-1)}/webhdfs/v1${path}?user.name=${userInfo().username}&${query}`;
  const answer = await fetch(url, { method });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text === '' ? null : JSON.parse(text);
}

type Listed = { FileStatuses: { FileStatus: { pathSuffix: string }[] } };

async function open() {
  const cluster = await startHadoopCluster();
  const options: HdfsOptions = {
    // The first one is not there: the other is found.
    addresses: ['http://127.0.0.1:1', await addressOf(cluster)],
    root: '/projects',
    user: userInfo().username,
    onBehalfOf: null,
    group: 'ember-{project}',
  };
  await ask(options, 'PUT', '/projects', 'op=MKDIRS&permission=755');
  return {
    options,
    storage: createHdfsStorage(options),
    pageOf: 100,
    async leftovers() {
      const names: string[] = [];
      const { FileStatuses: projects } = (await ask(options, 'GET', '/projects', 'op=LISTSTATUS')) as Listed;
      for (const { pathSuffix } of projects.FileStatus) {
        const place = `/projects/${pathSuffix}/.emberlab/writing`;
        const found = (await ask(options, 'GET', place, 'op=LISTSTATUS').catch(() => null)) as Listed | null;
        names.push(...(found?.FileStatuses.FileStatus ?? []).map((one) => one.pathSuffix));
      }
      return names;
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

if (withClusters) describeStorage('files on HDFS', open);

describe.skipIf(!withClusters)('HDFS', () => {
  let rig: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    rig = await open();
  }, 120_000);
  afterAll(async () => rig?.[Symbol.asyncDispose]());

  const put = (path: string, text: string) =>
    rig.storage.write(
      path,
      (async function* content() {
        yield Buffer.from(text);
      })(),
      { replace: true },
    );
  const modeOf = async (path: string) =>
    (
      (await ask(rig.options, 'GET', `/projects/${path}`, 'op=GETFILESTATUS')) as {
        FileStatus: { permission: string; group: string };
      }
    ).FileStatus;

  it('has files for the group of the project alone', async () => {
    const { storage } = rig;
    await storage.prepare('churn');
    await storage.makeFolder('churn/data');
    await put('churn/data/a.csv', 'x');
    await put('churn/data/a.csv', 'y');
    expect(await modeOf('churn')).toMatchObject({ permission: '770', group: 'ember-churn' });
    expect(await modeOf('churn/data')).toMatchObject({ permission: '770', group: 'ember-churn' });
    expect(await modeOf('churn/data/a.csv')).toMatchObject({ permission: '660', group: 'ember-churn' });
    expect(await modeOf('churn/.emberlab/writing')).toMatchObject({ permission: '770', group: 'ember-churn' });
  });

  it('tells its quotas, and says when one is reached', async () => {
    const { storage, options } = rig;
    await storage.prepare('small');
    expect(await storage.usage('small')).toMatchObject({ space: { used: 0, most: null }, names: { most: null } });
    await ask(options, 'PUT', '/projects/small', 'op=SETQUOTA&namespacequota=5&storagespacequota=9223372036854775807');
    await put('small/a.txt', 'hello');
    // The folder itself, the two that it is written in, and the file.
    expect(await storage.usage('small')).toMatchObject({ bytes: 5, files: 1, names: { used: 4, most: 5 } });
    await put('small/b.txt', 'hello');
    await expect(put('small/c.txt', 'hello')).rejects.toMatchObject({ fault: 'full' });
    expect(await storage.stat('small/c.txt')).toBeNull();
  });

  it('refuses names with a colon, and says that a user may not', async () => {
    const { storage, options } = rig;
    await storage.prepare('names');
    await expect(put('names/a:b', 'x')).rejects.toMatchObject({ fault: 'unfit' });
    const stranger = createHdfsStorage({ ...options, user: 'somebody' });
    await expect(stranger.prepare('theirs')).rejects.toMatchObject({ fault: 'denied' });
    await expect(stranger.stat('names/a.txt')).rejects.toMatchObject({ fault: 'denied' });
    const nowhere = createHdfsStorage({ ...options, root: '/no/such/folder' });
    await expect(nowhere.check()).rejects.toMatchObject({ fault: 'absent' });
  });
});
