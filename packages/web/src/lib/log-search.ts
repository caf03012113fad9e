import { plainText, type LogLine, type Segment } from './log-lines.ts';

/** Where the searched text stands: index of the line, and the place in the line as it is displayed. */
export type Match = { line: number; from: number };

/** More than this many are not worth counting. */
const matchLimit = 10_000;

/** Finds every place of a text, in any case of letters. */
export function findMatches(lines: readonly LogLine[], needle: string): Match[] {
  const wanted = needle.toLowerCase();
  if (wanted === '') return [];
  const matches: Match[] = [];
  for (const [index, line] of lines.entries()) {
    const text = plainText(line).toLowerCase();
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      matches.push({ line: index, from });
      if (matches.length >= matchLimit) return matches;
    }
  }
  return matches;
}

export type Piece = { text: string; className: string; match: 'none' | 'match' | 'current' };

/** Splits a line's segments where a searched text begins and ends, so that matches can be marked across colours. */
export function markMatches(segments: readonly Segment[], needle: string, current: number): Piece[] {
  const wanted = needle.toLowerCase();
  if (wanted === '') return segments.map((segment) => ({ ...segment, match: 'none' }));
  const text = segments
    .map((segment) => segment.text)
    .join('')
    .toLowerCase();
  const borders: number[] = [];
  for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
    borders.push(from, from + wanted.length);
  }
  const pieces: Piece[] = [];
  let offset = 0;
  let next = 0;
  for (const segment of segments) {
    let rest = segment.text;
    while (rest !== '') {
      while (next < borders.length && (borders[next] ?? 0) <= offset) next += 1;
      const border = borders[next] ?? Infinity;
      const piece = rest.slice(0, border - offset);
      // An odd number of borders passed means that a match has begun and not ended.
      const inside = next % 2 === 1;
      const begun = borders[next - 1];
      pieces.push({
        text: piece,
        className: segment.className,
        match: !inside ? 'none' : begun === current ? 'current' : 'match',
      });
      offset += piece.length;
      rest = rest.slice(piece.length);
    }
  }
  return pieces;
}
