import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { callAs, type Call } from './api.ts';
import { deleteIdle } from './cases/ends.ts';
import { makeSession } from './cases/lifetime.ts';
import { sharedCases } from './cases/shared.ts';
import { readyCases } from './cases/starting.ts';
import { tryLanguage } from './contract.ts';
import { Session } from './session.ts';
import { tryCases } from './suite.ts';
import { EmberlabTarget } from './targets/emberlab.ts';

const sparkHome = process.env['EMBERLAB_TEST_SPARK35_HOME'] ?? '';

/** What depends on the version of Spark: all languages, in one session. */
describe.skipIf(!existsSync(sparkHome))('Livy’s contract: the languages with Spark 3.5', () => {
  const target = new EmberlabTarget('Emberlab with Spark 3.5', { EMBERLAB_SPARK_HOME: sparkHome });
  const call: Call = (method, path, request) => callAs(target)(method, path, request);
  let session: Session;
  const one = () => ({ target, call, session });

  beforeAll(async () => {
    await target.start();
    session = new Session(call, (await makeSession(call, { kind: 'shared' })).id, 'shared');
  });
  afterAll(() => target.stop());

  tryCases(target, [...readyCases, ...sharedCases], one);
  for (const kind of target.kinds) {
    describe(kind, () => {
      tryLanguage(target, kind, () => session);
    });
  }
  tryCases(target, [deleteIdle], one);
});
