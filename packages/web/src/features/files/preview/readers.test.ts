import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';
import { imageAddress, imageAddressOf } from './images.ts';
import { readNotebook } from './notebook.ts';
import { isBinary, textOf } from './text.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('tables as text', () => {
  test('are read with quotes, line ends in cells and any of the usual separators', () => {
    expect(readCsv('\ufeffa;b\r\n1;"x;\n""y"""\r\n', false)).toEqual({
      head: ['a', 'b'],
      rows: [['1', 'x;\n"y"']],
      more: false,
    });
    expect(readCsv('a\tb\n1\t2', false).rows).toEqual([['1', '2']]);
  });

  test('are bounded, and leave out a last line that is cut', () => {
    expect(readCsv('a,b\n1,2\n3,', true)).toEqual({ head: ['a', 'b'], rows: [['1', '2']], more: true });
    const { rows, more } = readCsv('a\n'.repeat(1000), false);
    expect([rows.length, more]).toEqual([200, true]);
    expect(readCsv(`a\n${'x'.repeat(10_000)}\n`, false).rows[0]?.[0]?.length).toBe(301);
    expect(readCsv('', false)).toEqual({ head: [], rows: [], more: false });
    expect(readCsv('a,b\n"never closed,1\n', true).rows).toEqual([]);
  });
});

describe('pictures', () => {
  test('are known by their bytes: a name or a word makes none', () => {
    expect(imageAddressOf(`${png.slice(0, 40)}\n${png.slice(40)}`)).toBe(`data:image/png;base64,${png}`);
    expect(imageAddressOf(btoa('<svg onload="alert(1)">'))).toBeNull();
    expect(imageAddressOf('"><script>')).toBeNull();
    expect(imageAddress(new TextEncoder().encode('<html>'))).toBeNull();
    expect(imageAddress(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('data:image/jpeg;base64,/9j/4A==');
  });
});

describe('text', () => {
  test('has no NUL, and is not cut within a character', () => {
    expect([isBinary(Uint8Array.from([65, 0])), isBinary(Uint8Array.from([65]))]).toEqual([true, false]);
    const bytes = new TextEncoder().encode('aü');
    expect([textOf(bytes.subarray(0, 2), true), textOf(bytes, false)]).toEqual(['a', 'aü']);
  });
});

describe('a notebook', () => {
  const notebook = (cells: unknown[], metadata: unknown = {}) =>
    readNotebook(JSON.stringify({ cells, metadata, nbformat: 4 }));
  const outputsOf = (...outputs: unknown[]) => {
    const cell = notebook([{ cell_type: 'code', source: 'x', outputs }])?.cells[0];
    return cell?.kind === 'code' ? cell.outputs : [];
  };

  test('becomes texts and pictures, whatever its outputs offer', () => {
    const html = {
      output_type: 'display_data',
      data: { 'text/html': '<script>alert(1)</script>', 'text/plain': ['a\n', 'b'] },
    };
    expect(outputsOf(html)).toEqual([{ kind: 'text', text: 'a\nb' }]);
    expect(outputsOf({ output_type: 'display_data', data: { 'application/javascript': 'alert(1)' } })).toEqual([
      { kind: 'text', text: '(application/javascript: shown in Jupyter alone)' },
    ]);
    expect(outputsOf({ output_type: 'display_data', data: { 'image/png': png, 'text/plain': 'x' } })).toEqual([
      { kind: 'image', address: `data:image/png;base64,${png}` },
    ]);
    expect(
      outputsOf({ output_type: 'display_data', data: { 'image/png': 'x" onerror="alert(1)', 'text/plain': 'x' } }),
    ).toEqual([{ kind: 'text', text: 'x' }]);
    expect(outputsOf({ output_type: 'error', traceback: ['1', '2'] }, { output_type: 'stream', text: 'out' })).toEqual([
      { kind: 'error', text: '1\n2' },
      { kind: 'text', text: 'out' },
    ]);
  });

  test('that is damaged, hostile or huge is read as far as it goes, or not at all', () => {
    expect(readNotebook('{')).toBeNull();
    expect(readNotebook('[]')).toBeNull();
    expect(notebook([{ cell_type: 7, source: { a: 1 }, outputs: 'x' }], 3)?.cells).toEqual([
      { kind: 'raw', source: '' },
    ]);
    expect(notebook([{ cell_type: 'code', source: 'x', outputs: [null] }])?.cells).toMatchObject([{ outputs: [] }]);
    const many = notebook(Array.from({ length: 700 }, () => ({ cell_type: 'markdown', source: 'x'.repeat(60_000) })));
    expect([many?.cells.length, many?.more]).toEqual([500, 200]);
    expect(many?.cells[0]?.source.length).toBeLessThan(51_000);
    expect(notebook([], { kernelspec: { display_name: 'PySpark' } })?.kernel).toBe('PySpark');
  });
});
