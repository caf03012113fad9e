/** A whole number above 0, as a property has it. */
export const numberOf = (text: string | undefined, otherwise: number): number => {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : otherwise;
};

/** As Spark reads a size of memory: a number alone is in MB. */
export function megabytesOf(text: string | undefined, otherwise: number): number {
  const [, digits, unit = 'm'] = /^\s*(\d{1,12})\s*([kmgt])?b?\s*$/i.exec(text ?? '') ?? [];
  if (digits === undefined) return otherwise;
  const factor = { k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2 }[unit.toLowerCase()] ?? 1;
  return Math.ceil(Number(digits) * factor);
}
