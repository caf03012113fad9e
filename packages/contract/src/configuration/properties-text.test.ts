import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkFields } from './fields.ts';
import { parseProperties } from './properties-text.ts';

describe('parseProperties', () => {
  it('reads name=value lines in their order, with comments and blank lines', () => {
    const { properties, problems } = parseProperties(
      '# shuffle\n\nspark.sql.shuffle.partitions = 8\r\nsql.ansi.enabled=a=b\n',
    );
    expect(problems).toEqual([]);
    expect([...properties]).toEqual([
      ['spark.sql.shuffle.partitions', '8'],
      ['spark.sql.ansi.enabled', 'a=b'],
    ]);
  });

  it('names the line of each problem', () => {
    const { problems } = parseProperties('no equals sign\nspark.a=1\nSPARK.A=2\nSpark.Master = yarn\n=x');
    expect(problems.map(({ line }) => line)).toEqual([1, 3, 4, 5]);
    expect(problems[1]?.message).toContain('set on line 2 already');
    expect(problems[2]?.message).toContain('the platform decides where Spark runs');
  });

  it.each(['spark.master', 'SPARK.MASTER', 'master', ' spark.driver.extraJavaOptions ', 'driver.memory'])(
    'refuses %s however it is written',
    (name) => {
      expect(parseProperties(`${name}=x`).problems).toHaveLength(1);
    },
  );

  it('never throws, and never uses a line that it complains about', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { properties, problems } = parseProperties(text);
        for (const name of properties.keys()) expect(name).toMatch(/^spark\.[\w.\-$]*$/);
        for (const { line } of problems) expect(line).toBeGreaterThan(0);
      }),
    );
  });

  it('leaves to a field what has one, and names the field', () => {
    const scalar = sparkFields.filter(({ property, kind }) => property !== null && kind === undefined);
    expect(scalar).toHaveLength(10);
    for (const { property, label } of scalar) {
      const { properties, problems } = parseProperties(`spark.a=1\n${property?.toUpperCase()}=2`);
      expect([...properties.keys()]).toEqual(['spark.a']);
      expect(problems).toMatchObject([{ line: 2, message: expect.stringContaining(`"${label}"`) as string }]);
    }
  });

  it('knows the line of each property', () => {
    expect([...parseProperties('# one\na=1\n\nb=2').lines]).toEqual([
      ['spark.a', 2],
      ['spark.b', 4],
    ]);
  });
});
