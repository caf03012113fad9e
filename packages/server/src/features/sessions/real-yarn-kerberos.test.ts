import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createYarnEngine } from '../../engines/yarn/engine.ts';
import { startHadoopCluster } from '../../testing/hadoop-cluster.ts';
import { hasKdc, startKdc, type Kdc } from '../../testing/kdc.ts';
import { realSpark } from '../../testing/real-spark.ts';
import { createApi } from './testing/api.ts';
import { realOptions } from './testing/real-rig.ts';
import { rigOnYarn, withClusters } from './testing/yarn-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };

/** A cluster that asks for Kerberos, and what shows it who the platform is. */
async function secured(kdc: Kdc) {
  const { krb5Conf } = kdc;
  const own = { principal: kdc.principal('hadoop/localhost'), keytab: await kdc.keytab('hadoop/localhost'), krb5Conf };
  const kerberos = { principal: kdc.principal('emberlab'), keytab: await kdc.keytab('emberlab'), krb5Conf };
  return { cluster: await startHadoopCluster(own), kerberos };
}

test.skipIf(!withClusters || !hasKdc)(
  'a session runs on a YARN that asks for Kerberos, by a keytab that stays here',
  { timeout: 400_000 },
  async () => {
    await using kdc = await startKdc();
    const { cluster, kerberos } = await secured(kdc);
    await using _ = cluster;
    await using it = await rigOnYarn(cluster, { kerberos });
    const { rig } = it;
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...small } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');
    expect(
      await textOf(`spark.range(10).write.mode('overwrite').parquet('/user/emberlab/numbers')
(spark.read.parquet('/user/emberlab/numbers').count(), sc._jvm.org.apache.hadoop.security.UserGroupInformation.isSecurityEnabled())`),
    ).toBe('(10, True)');
    // Nothing of the keytab is there, and no ticket.
    expect(
      await textOf('sc._jvm.org.apache.hadoop.security.UserGroupInformation.getCurrentUser().hasKerberosCredentials()'),
    ).toBe('False');
    await textOf("import sys; sc._jvm.java.lang.System.err.println('a line of the log')");
    await textOf(`def said(n):
    import sys
    print('said by the executor', file=sys.stderr, flush=True)
    return n
sc.parallelize(range(2), 1).map(said).sum()`);
    expect(await cluster.tokens()).toBeGreaterThan(0);
    await rig.restart();
    expect(await textOf('2+2')).toBe('4');
    await rig.call('DELETE', '/sessions/1');
    await expect
      .poll(async () => (await rig.db.selectFrom('sessions').select('state').executeTakeFirst())?.state, patient)
      .toBe('dead');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    // What let it act as the engine's user is good for nothing any more.
    await expect.poll(() => cluster.tokens(), patient).toBe(0);
    // The logs that YARN has collected can be read, its driver's and its executor's.
    expect(await readFile(join(rig.folder, 'sessions/1/stderr.log'), 'utf8')).toMatch(
      /a line of the log[^]*Final app status: SUCCEEDED/,
    );
    await using api = await createApi(rig);
    await expect
      .poll(async () => (await api.call('GET', '/sessions/1/executors/1/log?stream=stderr')).text, patient)
      .toContain('said by the executor\n');

    // Nor is it after a start that came to nothing.
    const large = { kind: 'pyspark', driverMemory: '8g' };
    await rig.call('POST', '/sessions', { body: large });
    await expect.poll(async () => (await rig.call('GET', '/sessions/2/state')).body.state, patient).toBe('dead');
    const { problem } =
      (await rig.db.selectFrom('sessions').select('problem').where('id', '=', 2).executeTakeFirst()) ?? {};
    expect(problem).toMatch(/can have 2048 MB/);
    expect(await cluster.tokens()).toBe(0);
    expect(rig.errors).toEqual([]);
  },
);

test.skipIf(!withClusters || !hasKdc)(
  'what is wrong with a keytab, and a Kerberos that is away, are named',
  { timeout: 200_000 },
  async () => {
    await using kdc = await startKdc();
    const { cluster, kerberos } = await secured(kdc);
    await using _ = cluster;
    const problemWith = async (own: typeof kerberos | null): Promise<string> => {
      const engine = createYarnEngine(
        {
          confDir: cluster.confDir,
          user: 'emberlab',
          kerberos: own,
          helperPython: realSpark?.python ?? '',
          agentUrl: 'ws://127.0.0.1:1',
          queues: ['default'],
          sparkOnNodes: null,
          archive: null,
          python: null,
          packed: false,
          folder: null,
        },
        realOptions('/nowhere'),
      );
      const { problem } = (await engine.capacity()) ?? {};
      await engine.close();
      return problem ?? 'none';
    };
    expect(await problemWith(kerberos)).toBe('none');
    expect(await problemWith(null)).toMatch(/asks for a Kerberos ticket, which Emberlab does not have/);
    const stranger = { ...kerberos, principal: kdc.principal('stranger') };
    expect(await problemWith(stranger)).toMatch(
      /can’t read the keytab \S+, or it has no key of stranger@EMBERLAB\.TEST/,
    );
    expect(await problemWith({ ...kerberos, keytab: '/nowhere/x.keytab' })).toMatch(/can’t read the keytab \/nowhere/);
    // Its keys are made anew, and the keytab in the settings is an older one.
    const old = `${kerberos.keytab}.old`;
    await copyFile(kerberos.keytab, old);
    await kdc.keytab('emberlab');
    expect(await problemWith({ ...kerberos, keytab: old })).toMatch(/is not the one that Kerberos has/);
    await kdc.stop();
    expect(await problemWith(kerberos)).toMatch(/Kerberos \(KDC\) does not answer/);
  },
);
