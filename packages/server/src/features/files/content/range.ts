/** A part of a file. */
export type Range = { readonly start: number; readonly length: number };

/**
 * What a `Range` header asks of a file; null: the whole file, also where the header is one that may be left aside; `none`: nothing of it is there.
 */
export function rangeOf(header: string | undefined, size: number): Range | 'none' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { start: size - length, length };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'none' : { start, length: end - start + 1 };
}
