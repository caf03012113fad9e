import { afterAll, beforeAll, describe, expect } from 'vitest';
import { callAs, type Call } from './api.ts';
import { authorisationCases, requestedByCases } from './cases/authorisation.ts';
import { batchCases } from './cases/batches.ts';
import { cancelCases, loopCases } from './cases/cancel.ts';
import { completionCases, noCompletionCases } from './cases/completion.ts';
import { deleteBusy, deleteIdle, kill, stop } from './cases/ends.ts';
import { idleCases, lifetimeCases } from './cases/lifetime.ts';
import { loadCases } from './cases/load.ts';
import { liveOutputCases } from './cases/live-output.ts';
import { logCases } from './cases/log.ts';
import { pythonCases, pythonMagicCases } from './cases/python-outputs.ts';
import { rCases } from './cases/r-outputs.ts';
import { refusalCases } from './cases/refusals.ts';
import { restartCases } from './cases/restart.ts';
import { scalaCases, scalaMagicCases } from './cases/scala-outputs.ts';
import { sharedCases } from './cases/shared.ts';
import { rowLimitCases, sqlCases } from './cases/sql-rows.ts';
import { idleSeconds, oldCases, readyCases, requests, rowLimit, startingCases, type Made } from './cases/starting.ts';
import { badStatementCases, statementCases } from './cases/statements.ts';
import { surfaceCases } from './cases/surface.ts';
import { textCases } from './cases/text.ts';
import { languages } from './languages.ts';
import { Session } from './session.ts';
import { tryCases } from './suite.ts';
import type { Kind, Target } from './target.ts';

/** Tries everything that is written in a language, in one session. */
export function tryLanguage(target: Target, kind: Kind, session: () => Session): void {
  const on = () => ({ target, session: session(), language: languages[kind] });
  const { loop, unfinished, slowly } = languages[kind];
  tryCases(target, [...statementCases, ...cancelCases, ...(loop === null ? [] : loopCases)], on);
  tryCases(target, unfinished === null ? noCompletionCases : completionCases, on);
  tryCases(target, slowly === null ? [] : liveOutputCases, on);
  if (kind === 'pyspark') tryCases(target, [...pythonCases, ...pythonMagicCases], on);
  if (kind === 'spark') tryCases(target, [...scalaCases, ...scalaMagicCases], on);
  if (kind === 'sparkr') tryCases(target, rCases, on);
  if (kind === 'sql') tryCases(target, sqlCases, on);
  // At last: they leave large outputs in the list of statements.
  tryCases(target, textCases, on);
}

/** Livy's whole contract, over HTTP alone. Sessions are shared by many cases and used at the same time: most of the time of one is its start. */
export function tryContract(target: Target): void {
  describe(`Livy’s contract: ${target.name}`, () => {
    const call: Call = (method, path, request) => callAs(target)(method, path, request);
    const other: Call = (method, path, request) => callAs(target, target.otherHeaders)(method, path, request);
    const skip = !target.abilities.has('sessions');
    const made: Made[] = [];
    const notes: string[] = [];
    const on = () => ({ target, call });
    const session = (kind: Made['kind']): Session => {
      const found = made.find((one) => one.kind === kind);
      if (found === undefined) throw new Error(`there is no session of the kind ${kind}`);
      return found.session;
    };

    /** Makes all of them, unless that has been done: some of the suites below may be left out. */
    const makeSessions = async () => {
      if (made.length > 0) return;
      for (const [kind, body] of requests(target)) {
        const answer = await call('POST', '/sessions', { body });
        expect([answer.status, answer.text]).toEqual([201, answer.text]);
        made.push({ kind, body, answer, at: performance.now(), session: new Session(call, answer.json.id, kind) });
      }
    };

    beforeAll(() => target.start());
    afterAll(async () => {
      await target.stop();
      for (const line of notes) process.stdout.write(`   ${target.name}: ${line}\n`);
    });

    describe('a server without sessions', () => {
      tryCases(target, [...surfaceCases, ...refusalCases], on);
    });

    describe('sessions that start', { skip }, () => {
      beforeAll(makeSessions);
      tryCases(target, startingCases, () => ({ target, call, made }));
    });

    describe('at the same time', () => {
      if (!skip) beforeAll(makeSessions);
      for (const kind of [...target.kinds, 'shared'] as const) {
        describe(`a session of the kind ${kind}`, { concurrent: true, skip }, () => {
          const one = () => ({ target, session: session(kind) });
          tryCases(target, readyCases, one);
          if (kind === 'shared') tryCases(target, sharedCases, one);
          else tryLanguage(target, kind, () => session(kind));
          if (kind === 'pyspark') {
            tryCases(target, oldCases, () => ({ made }));
            tryCases(target, [...badStatementCases, ...logCases], one);
          }
          const limit = kind === 'sql' ? rowLimit : null;
          if (kind === 'sql' || kind === 'shared') tryCases(target, rowLimitCases, () => ({ ...one(), limit }));
          if (kind !== 'sql') return;
          tryCases(target, idleCases, () => ({ session: session('sql'), seconds: idleSeconds }));
        });
      }
      describe('sessions of their own', { concurrent: true, skip }, () => {
        tryCases(target, lifetimeCases, on);
      });
      describe('batches', { concurrent: true }, () => {
        tryCases(target, batchCases, on);
      });
      describe('who may do what', { concurrent: true, skip }, () => {
        tryCases(target, authorisationCases, () => ({ target, call, other, session: session('shared') }));
      });
    });

    describe('under load', { skip }, () => {
      const sessions = () => made.filter(({ kind }) => kind !== 'sql').map((one) => one.session);
      tryCases(target, loadCases, () => ({ sessions: sessions(), note: (line) => notes.push(line) }));
    });

    describe('a restart', { skip }, () => {
      const one = () => ({ target, session: session('pyspark') });
      tryCases(target, [...restartCases, ...requestedByCases], one);
    });

    describe('ends', { skip }, () => {
      const one = (kind: Made['kind']) => () => ({ target, call, session: session(kind) });
      tryCases(target, [deleteBusy], one('pyspark'));
      tryCases(target, [stop], one('spark'));
      tryCases(target, [kill], one('shared'));
      if (target.kinds.includes('sparkr')) tryCases(target, [deleteIdle], one('sparkr'));
    });
  });
}
