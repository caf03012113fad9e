import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldProblems, readFields, type WrittenConfiguration } from './read.ts';
import { configurationShape } from './shape.ts';

const number = fc.oneof(
  fc.integer({ min: -2, max: 4 }),
  fc.constantFrom(255, 256, 257, 511, 512, 10_000, 10_001, 1_048_576, 1_048_577),
  fc.constantFrom(1.5, 2048.25, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60),
  fc.constantFrom('', '2,5', 'many'),
);
const file = fc.oneof(
  fc.constantFrom('Resources/a.py', 'a.zip#model', 'a.jar', '../a.jar', '/etc/passwd', 'a,b', 'a//b', '', 'b.zip#../c'),
  fc.constantFrom(`${'a'.repeat(997)}.py`, `${'a'.repeat(998)}.py`),
);
const files = fc.oneof(fc.array(file, { maxLength: 3 }), fc.constantFrom(Array<string>(51).fill('a.jar')));
const text = fc.constantFrom('', 'a=1', 'x'.repeat(20_000), 'x'.repeat(20_001));
const profile = fc.constantFrom(null, 'large', 'Large', 'a b', '', '2', 'x'.repeat(40), 'x'.repeat(41), 'large\n');
const executors = fc.oneof(
  fc.record({ mode: fc.constant('static' as const), instances: number }),
  fc.record({ mode: fc.constant('dynamic' as const), min: number, max: number, initial: number }),
);
const written: fc.Arbitrary<WrittenConfiguration> = fc.oneof(
  fc.record({
    type: fc.constant('spark' as const),
    profile,
    driverMemoryMb: number,
    driverCores: number,
    executorMemoryMb: number,
    executorCores: number,
    executors,
    archives: files,
    jars: files,
    pyFiles: files,
    files,
    properties: text,
    engine: fc.constantFrom(null, 'cluster', 'x'.repeat(40), 'x'.repeat(41)),
  }),
  fc.record({
    type: fc.constant('python' as const),
    profile,
    memoryMb: number,
    cores: number,
    files,
    environment: text,
  }),
);

/** The first sentence of each field: a list has one. */
const firstOf = (problems: readonly { path: readonly PropertyKey[]; message: string }[]) => {
  const first: Record<string, string> = {};
  for (const { path, message } of problems)
    first[(path[0] === 'executors' ? path : path.slice(0, 1)).join('.')] ??= message;
  return first;
};

describe('a configuration that is read without its schema', () => {
  it('has the problems that its schema finds, in the same words, and is the same where it has none', () => {
    fc.assert(
      fc.property(written, (value) => {
        const { error, data } = configurationShape.safeParse(value);
        expect(firstOf(fieldProblems(value))).toEqual(firstOf(error?.issues ?? []));
        // As text: the order of the fields is the schema's too.
        expect(JSON.stringify(readFields(value))).toBe(JSON.stringify(data ?? null));
      }),
      { numRuns: 2000 },
    );
  });
});
