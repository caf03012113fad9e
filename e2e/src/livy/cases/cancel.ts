import { expect } from 'vitest';
import { pause } from '../api.ts';
import type { Case } from '../suite.ts';
import type { InLanguage } from './statements.ts';

/** A cancelled statement has ended after this, ms. Beside other drivers on a small machine: alone it is a tenth. */
const soon = 10_000;

/** The statement is cancelled, and the session runs on. */
async function ended({ session, language }: InLanguage, id: number): Promise<void> {
  const began = performance.now();
  await session.cancel(id);
  const { state, completed, progress } = await session.ends(id);
  expect(performance.now() - began).toBeLessThan(soon);
  expect([state, completed > 0, progress]).toEqual(['cancelled', true, 1]);
  expect((await session.run(language.two, language.kind)).data).toEqual(language.twoShown);
}

export const cancelCases: readonly Case<InLanguage>[] = [
  {
    name: 'one that waits is cancelled at once and never runs, and what runs before it goes on',
    async run({ session, language }) {
      const first = await session.post(language.wait(2), language.kind);
      const second = await session.post(language.keep('never', 1), language.kind);
      await session.begins(first.id);
      await session.cancel(second.id);
      expect(await session.statement(second.id)).toMatchObject({ state: 'cancelled', output: null, started: 0 });
      expect((await session.ends(first.id)).state).toBe('available');
      expect((await session.run(language.get('never'), language.kind)).status).toBe('error');
    },
  },
  {
    name: 'cancelling what has ended, or was never there, changes nothing',
    async run({ session, language }) {
      const { id } = await session.post(language.two, language.kind);
      const before = await session.ends(id);
      await session.cancel(id);
      await session.cancel(9999);
      expect(await session.statement(id)).toEqual(before);
    },
  },
  {
    name: 'a Spark job is cancelled',
    async run(on) {
      const { id } = await on.session.post(on.language.endless, on.language.kind);
      await on.session.begins(id);
      await jobRuns();
      await ended(on, id);
    },
  },
  {
    name: 'what waits in the driver is cancelled',
    deviation: 'loops-are-cancelled',
    async run(on) {
      const { id } = await on.session.post(on.language.wait(300), on.language.kind);
      await on.session.begins(id);
      await ended(on, id);
    },
  },
  {
    name: 'interrupting the session cancels what runs, and nothing else',
    deviation: 'interrupt-cancels',
    async run({ session, language }) {
      const { id } = await session.post(language.wait(300), language.kind);
      await session.begins(id);
      const { status, json } = await session.ask('POST', '/interrupt');
      expect([status, json]).toEqual([200, { msg: 'interrupted' }]);
      expect((await session.ends(id)).state).toBe('cancelled');
      expect((await session.run(language.two, language.kind)).data).toEqual(language.twoShown);
    },
  },
];

/** For languages that have loops. */
export const loopCases: readonly Case<InLanguage>[] = [
  {
    name: 'a loop without end is cancelled, and variables are kept',
    deviation: 'loops-are-cancelled',
    async run(on) {
      const { session, language } = on;
      if (language.loop === null) throw new Error(`there is no loop in ${language.kind}`);
      await session.run(language.keep('survivor', 7), language.kind);
      const { id } = await session.post(language.loop, language.kind);
      await session.begins(id);
      await ended(on, id);
      expect(language.shown(await session.run(language.get('survivor'), language.kind)).trim()).toBe('7');
    },
  },
];

/** A statement that runs has not begun its job yet; no client is told when it has. */
const jobRuns = (): Promise<void> => pause(300);
