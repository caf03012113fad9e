import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuration, defaultConfiguration, parseProperties } from './configuration.ts';

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
});

describe('configuration', () => {
  it('has a default that it accepts', () =>
    expect(configuration.parse(defaultConfiguration)).toEqual(defaultConfiguration));

  it('tells the line of a wrong property', () => {
    const result = configuration.safeParse({ ...defaultConfiguration, properties: 'a=1\noops' });
    expect(result.error?.issues[0]?.message).toMatch(/^Line 2: /);
  });
});
