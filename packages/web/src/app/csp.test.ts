import { afterEach, expect, it } from 'vitest';
import { config } from 'zod';

const where = '__zod_globalConfig';
const own: unknown = Reflect.get(globalThis, where);
afterEach(() => void Reflect.set(globalThis, where, own));

it('tells zod to compile nothing, where zod looks when it is loaded', async () => {
  expect(config()).toBe(own);
  const { zodSettings } = await import('./csp.ts');
  expect(zodSettings.jitless).toBe(true);
  expect(Reflect.get(globalThis, where)).toBe(zodSettings);
});
