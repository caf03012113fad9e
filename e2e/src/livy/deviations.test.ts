import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviations } from './deviations.ts';

test('every deviation is shown by a case', () => {
  const folder = join(import.meta.dirname, 'cases');
  const cases = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const unused = Object.keys(deviations).filter((id) => !cases.some((text) => text.includes(`'${id}'`)));
  expect(unused).toEqual([]);
});
