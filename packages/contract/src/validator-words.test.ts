import { expect, test } from 'vitest';
import { z } from 'zod';
import './validator-words.ts';

const said = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'It is missing.'],
  [z.string(), 1, 'Please write a text.'],
  [z.number(), 'x', 'Please write a number.'],
  [z.number().int(), 1.5, 'Please write a whole number.'],
  [z.array(z.string()), 'x', 'Please write a list.'],
  [z.object({}), [], 'Please write an object.'],
  [z.enum(['a', 'b']), 'c', 'Please write a or b.'],
  [z.string().max(8_388_608), 'x'.repeat(8_388_609), 'Please use at most 8,388,608 characters.'],
  [z.string().min(1), '', 'It is empty.'],
  [z.array(z.string()).max(1), ['a', 'b'], 'Please list at most 1.'],
  [z.number().min(0), -1, 'Please write a number of at least 0.'],
  [z.number().gt(0), 0, 'Please write a number above 0.'],
  [z.strictObject({}), { a: 1 }, 'Nothing here is called "a".'],
  [z.union([z.string(), z.number()]), true, 'It is not written as it has to be.'],
  [z.string({ error: 'Our own words.' }), 1, 'Our own words.'],
])('what is wrong is said for people: %#', (schema, value, words) => expect(said(schema, value)).toBe(words));
