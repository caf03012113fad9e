import { afterAll, beforeAll, describe, expect } from 'vitest';
import { callAs, type Call } from './api.ts';
import { requestedByCases } from './cases/authorisation.ts';
import { deleteBusy } from './cases/ends.ts';
import { logCases } from './cases/log.ts';
import { refusalCases } from './cases/refusals.ts';
import { restartCases } from './cases/restart.ts';
import { badStatementCases } from './cases/statements.ts';
import { surfaceCases } from './cases/surface.ts';
import { tryLanguage } from './contract.ts';
import { Session } from './session.ts';
import { tryCases } from './suite.ts';
import type { Target } from './target.ts';

/**
 * The part of Livy's contract that may depend on where drivers run, in one session with one executor, as a small cluster has room for. What is the same for every engine, such as ids, names and
 * who may do what, is tried on the local one.
 */
export function tryOnCluster(target: Target, { skip = false } = {}): void {
  describe(`Livy’s contract: ${target.name}`, { skip }, () => {
    const call: Call = (method, path, request) => callAs(target)(method, path, request);
    const on = () => ({ target, call });
    let session: Session | null = null;
    const one = () => {
      if (session === null) throw new Error('there is no session');
      return { target, call, session };
    };

    beforeAll(() => target.start(), 600_000);
    afterAll(() => target.stop(), 120_000);

    describe('a server without sessions', () => {
      tryCases(target, [...surfaceCases, ...refusalCases], on);
    });

    describe('a session', () => {
      beforeAll(async () => {
        const body = { kind: 'pyspark', driverMemory: '640m', executorMemory: '512m', numExecutors: 1 };
        const { status, json, text } = await call('POST', '/sessions', { body });
        expect([status, status === 201 ? '' : text]).toEqual([201, '']);
        session = new Session(call, json.id, 'pyspark');
        await session.isIdle();
      }, 300_000);
      tryLanguage(target, 'pyspark', () => one().session);
      tryCases(target, [...badStatementCases, ...logCases], one);
      tryCases(target, [...restartCases, ...requestedByCases], one);
      tryCases(target, [deleteBusy], one);
    });
  });
}
