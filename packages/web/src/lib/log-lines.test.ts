import { describe, expect, it } from 'vitest';
import { LogLines, lineLimit, linesLimit, plainText, readLog, readSegments } from './log-lines.ts';
import { showHidden } from './show-hidden.ts';
import { findMatches, markMatches } from './log-search.ts';

const first = (text: string) => {
  const [line] = readLog(text).lines;
  if (line === undefined) throw new Error('no line');
  return line;
};

describe('LogLines', () => {
  it('makes the same lines however the text is cut', () => {
    const text = 'one\r\ntwo\n\nfour and a half';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const lines = new LogLines();
      lines.append(text.slice(0, cut));
      lines.append(text.slice(cut));
      const raws = lines.content().lines.map((line) => line.raw.replace(/\r$/, ''));
      expect(raws).toEqual(['one', 'two', '', 'four and a half']);
    }
  });

  it('cuts a line of a megabyte and says how much is missing', () => {
    const line = first('x'.repeat(1_000_000));
    expect(line.raw).toHaveLength(lineLimit);
    expect(line.cut).toBe(1_000_000 - lineLimit);
  });

  it('drops the oldest of too many lines and keeps their numbers', () => {
    const content = readLog('line\n'.repeat(linesLimit * 1.2));
    expect(content.lines.length).toBeLessThanOrEqual(linesLimit * 1.1);
    expect(content.lines[0]?.number).toBe(content.dropped + 1);
    expect(content.lines.at(-1)?.number).toBe(linesLimit * 1.2);
  });
});

describe('hostile text', () => {
  it('writes hidden characters as escapes and leaves scripts of the world alone', () => {
    expect(showHidden('a\u202Eexe.png')).toBe('a\\u202eexe.png');
    expect(showHidden('bell\u0007 back\b zero\u200Bwidth')).toBe('bell\\x07 back\\x08 zero\\u200bwidth');
    expect(showHidden('good\rbad')).toBe('good\\x0dbad');
    expect(showHidden('tab\tشكرا 日本 é 🔥')).toBe('tab\tشكرا 日本 é 🔥');
  });

  it('keeps markup as text and colours as names', () => {
    expect(readSegments(first('<img src=x onerror=alert(1)>'))).toEqual([
      { text: '<img src=x onerror=alert(1)>', className: '' },
    ]);
    expect(readSegments(first('\u001B[1;31mno\u001B[0m <b>'))).toEqual([
      { text: 'no', className: 'ansi-bold ansi-red' },
      { text: ' <b>', className: '' },
    ]);
  });

  it('does not let text hide itself', () => {
    const line = first('\u001B[8mhidden\u001B[0m\u001B[30;40mblack\u001B[0m');
    expect(plainText(line)).toBe('hiddenblack');
    expect(readSegments(line).map((segment) => segment.className)).toEqual(['', 'ansi-black']);
  });
});

describe('search', () => {
  it('finds in any case and across colours', () => {
    const { lines } = readLog('An error\nERR\u001B[31mOR again, error\nfine');
    expect(findMatches(lines, 'error')).toEqual([
      { line: 0, from: 3 },
      { line: 1, from: 0 },
      { line: 1, from: 13 },
    ]);
  });

  it('marks matches without losing text', () => {
    const line = first('ERR\u001B[31mOR again, error');
    const pieces = markMatches(readSegments(line), 'error', 13);
    expect(pieces.map((piece) => [piece.text, piece.match])).toEqual([
      ['ERR', 'match'],
      ['OR', 'match'],
      [' again, ', 'none'],
      ['error', 'current'],
    ]);
  });
});
