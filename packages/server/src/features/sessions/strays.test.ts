import { expect, test } from 'vitest';
import type { LiveWork, NamedEngine } from '../../engines/engine.ts';
import type { Log } from '../../lib/log.ts';
import { createStrayWatch } from './strays.ts';

test('each engine that can have strays is asked to end them, whatever another one answers', async () => {
  const live: LiveWork = { sessions: new Set([1]), batches: new Set([2]) };
  const seen: LiveWork[] = [];
  const named = (name: string, endStrays?: NonNullable<NamedEngine['engine']['endStrays']>) =>
    ({ name, engine: endStrays === undefined ? {} : { endStrays } }) as unknown as NamedEngine;
  const engines = [
    named('local'),
    named('away', async () => {
      throw new Error('connect ECONNREFUSED');
    }),
    named('pods', async (ask) => {
      seen.push(await ask());
      return 3;
    }),
  ];
  const said: unknown[] = [];
  const line = ({ engine }: Record<string, unknown>) => void said.push(engine);
  const log: Log = { info: line, warn: line, error: line };
  await createStrayWatch({ engines, live: async () => live, log }).look();
  expect(seen).toEqual([live]);
  expect(said).toEqual(['away', 'pods']);
});
