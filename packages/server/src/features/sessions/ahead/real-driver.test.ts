import { expect, test } from 'vitest';
import { seedServer } from '../../../testing/database.ts';
import { createRealRig, hasSpark } from '../testing/real-rig.ts';
import type { SparkServer } from './options.ts';

const GB = 1024 ** 3;

test.skipIf(!hasSpark)(
  'a real driver that was started ahead runs the cells of the notebook that takes it',
  { timeout: 240_000 },
  async () => {
    const servers: SparkServer[] = [];
    await using rig = await createRealRig({
      ahead: {
        idleMs: 600_000,
        budgetBytes: 2 * GB,
        servers: async () => servers,
        hasSparkR: async () => false,
        memory: () => ({ totalBytes: 8 * GB, availableBytes: 8 * GB }),
      },
    });
    const request = { driverMemory: '600m', driverCores: 1, conf: { 'spark.sql.shuffle.partitions': '3' } };
    await seedServer(rig.db, { id: 'server1', projectId: rig.projectId, userId: rig.ada.id });
    const idle = rig.until((session) => session.state === 'idle' && session.startedAhead !== null);
    servers.push({
      serverId: 'server1',
      projectId: rig.projectId,
      projectName: 'demo',
      userId: rig.ada.id,
      sessionDefaults: request,
    });
    const { id } = await idle;

    const as = { ...rig.ada, email: `${rig.ada.email}@server:server1` };
    const headers = { 'emberlab-notebook': 'churn.ipynb' };
    const { body } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...request }, as, headers });
    expect(body).toMatchObject({ id, state: 'idle' });
    const code = '(spark.range(10).count(), spark.conf.get("spark.sql.shuffle.partitions"), sc.appName)';
    const statement = await rig.call('POST', `/sessions/${id}/statements`, { body: { code } });
    const path = `/sessions/${id}/statements/${statement.body.id}`;
    let answer = await rig.call('GET', path);
    // Each is held until the statement has ended, for some seconds.
    while (answer.body.state !== 'available') answer = await rig.call('GET', path);
    expect(answer.body.output.data).toEqual({ 'text/plain': `(10, '3', 'emberlab-${id}')` });
    servers.pop();
    await rig.call('DELETE', `/sessions/${id}`);
    expect(rig.errors).toEqual([]);
  },
);
