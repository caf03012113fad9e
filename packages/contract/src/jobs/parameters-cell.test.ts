import { describe, expect, it } from 'vitest';
import { readParameters } from './parameters-cell.ts';

const code = (source: string | string[], ...tags: string[]) => ({ cell_type: 'code', source, metadata: { tags } });
const values = (...lines: string[]) =>
  readParameters([code(lines.join('\n'), 'parameters')]).map(({ name, value, plain }) => [name, plain ? value : '…']);

describe('the parameters of a notebook', () => {
  it('are what the cell with the tag sets, and nothing else', () => {
    const cells = [
      code('before = 1'),
      { cell_type: 'markdown', source: 'a = 1', metadata: { tags: ['parameters'] } },
      code(['day = "2026-01-31"\n', 'limit = 10\n'], 'x', 'parameters'),
      code('limit = 11', 'parameters'),
      null,
    ];
    expect(readParameters(cells).map(({ name, value }) => [name, value])).toEqual([
      ['day', '2026-01-31'],
      ['limit', 10],
    ]);
    expect(readParameters([code('a = 1')])).toEqual([]);
  });

  it('are read in Python, R and Scala', () => {
    expect(
      values(
        '# what to load',
        'alpha: float = 0.5  # a share',
        "name = 'it is # one'",
        'dry_run = True',
        'nothing = None',
        "columns = ['a', 'b']",
        'since = date.today()',
        '    indented = 1',
        'alpha == 2',
      ),
    ).toEqual([
      ['alpha', 0.5],
      ['name', 'it is # one'],
      ['dry_run', true],
      ['nothing', null],
      ['columns', ['a', 'b']],
      ['since', '…'],
    ]);
    expect(values('n <- 10L', 'deep <- FALSE')).toEqual([
      ['n', 10],
      ['deep', false],
    ]);
    expect(values('val path: String = "s3://a" // where', 'var n = 1_000;')).toEqual([
      ['path', 's3://a'],
      ['n', 1000],
    ]);
  });

  it('that are computed say how', () => {
    expect(readParameters([code('since = date.today()  # now', 'parameters')])).toEqual([
      { name: 'since', value: null, plain: false, written: 'date.today()' },
    ]);
  });

  it('are read from whatever a stranger has written, with nothing tried again and again', () => {
    // Each of these lines could be taken in more ways than anybody has time for.
    const blank = ' '.repeat(1900);
    expect(values(...Array.from({ length: 500 }, () => `a:${blank}!`))).toEqual([]);
    expect(values(`a${blank}!`, `val${blank}b${blank.slice(0, 20)}= 1`)).toEqual([['b', 1]]);
    const deep = (depth: number) => `x = ${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(readParameters([code(deep(900), 'parameters')])).toMatchObject([{ name: 'x', value: null, plain: false }]);
    expect(readParameters([code(deep(3), 'parameters')])).toMatchObject([{ value: [[[]]], plain: true }]);
  });
});
