const unitBytes: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/** Bytes, as Spark reads a size: a number with a unit, in MB (or what `plain` says) without one. null: it is none. */
export function bytesOf(text: string, plain: 'm' | 'b' = 'm'): number | null {
  const [, digits, unit = plain] = /^(\d{1,15})([bkmgtp])?b?$/.exec(text.trim().toLowerCase()) ?? [];
  return digits === undefined ? null : Number(digits) * (unitBytes[unit] ?? 1);
}
