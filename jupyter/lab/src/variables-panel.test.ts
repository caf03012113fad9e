import { describe, expect, it } from 'vitest';
import { makeVariablesPanel, readVariables } from './variables-panel.ts';

const x = { name: 'x', type: 'int', value: '6' };
const a = { name: 'a', type: 'DataFrame', value: 'id: bigint' };

describe('readVariables', () => {
  it('takes what a kernel says, and nothing else', () => {
    expect(readVariables({ variables: [x, { name: 'y' }, 7] })).toEqual([x]);
    for (const data of [{ variables: null }, {}, null, 'x']) expect(readVariables(data)).toBe('unknown');
  });
});

describe('the panel of variables', () => {
  const cells = (node: HTMLElement) =>
    [...node.querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent),
    );

  it('says what to do while there is nothing to show', () => {
    const { node, show } = makeVariablesPanel();
    expect(node.textContent).toContain('open a notebook with a Spark kernel');
    show('unknown');
    expect(node.textContent).toContain('Run a cell');
    show([]);
    expect(node.textContent).toContain('no variables yet');
  });

  it('lists variables by name, with type and value', () => {
    const { node, show } = makeVariablesPanel();
    show([x, a]);
    expect(cells(node)).toEqual([
      ['a', 'DataFrame', 'id: bigint'],
      ['x', 'int', '6'],
    ]);
  });

  it('keeps what it has while the session can not say', () => {
    const { node, show } = makeVariablesPanel();
    show([x]);
    show('unknown');
    expect(cells(node)).toHaveLength(1);
    show('none');
    expect(cells(node)).toEqual([]);
  });

  it('shows text as text', () => {
    const { node, show } = makeVariablesPanel();
    show([{ ...x, value: '<b>1</b>' }]);
    expect(node.querySelector('b')).toBeNull();
  });
});
