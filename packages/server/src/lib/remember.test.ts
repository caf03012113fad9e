import { expect, test } from 'vitest';
import { rememberLast } from './remember.ts';

test('a text is read once, until so many others have come that it is forgotten', () => {
  const read: string[] = [];
  const lengthOf = rememberLast(2, (text) => {
    read.push(text);
    return { length: text.length };
  });
  const first = lengthOf('a');
  expect(lengthOf('a')).toBe(first);
  lengthOf('bb');
  lengthOf('ccc');
  expect(lengthOf('bb')).toEqual({ length: 2 });
  expect(lengthOf('a')).toEqual({ length: 1 });
  expect(read).toEqual(['a', 'bb', 'ccc', 'a']);
});

test('what could not be read is not remembered', () => {
  const parse = rememberLast(2, (text): unknown => JSON.parse(text));
  expect(() => parse('{')).toThrow(SyntaxError);
  expect(() => parse('{')).toThrow(SyntaxError);
});
