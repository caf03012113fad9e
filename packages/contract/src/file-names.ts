/**
 * Names of files are bytes to the machine, and texts here. A byte that is no part of UTF-8 stands as one character of a private area, which no name has
 * else: a name that has such a character has its bytes written so too. Thus two names never become one text.
 */
const escapes = 0x10fe00;
const isEscape = (code: number): boolean => code >= escapes + 0x80 && code <= escapes + 0xff;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const decoded = (bytes: Uint8Array): string | null => {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
};

const hasEscape = (text: string): boolean => Array.from(text).some((char) => isEscape(char.codePointAt(0) ?? 0));

/** How many bytes a character takes that begins with this one. */
const lengthOf = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/** The text that stands for the bytes of a name. */
export function nameOfBytes(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== null && !hasEscape(whole)) return whole;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0);
    const char = decoded(bytes.subarray(at, at + length));
    const good = char !== null && char.length > 0 && !hasEscape(char);
    const taken = good ? length : 1;
    text += good ? char : String.fromCodePoint(escapes + (bytes[at] ?? 0));
    at += taken;
  }
  return text;
}

/** The bytes of a name, or of a path, for which a text stands. */
export function bytesOfName(text: string): Uint8Array {
  if (!hasEscape(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (isEscape(code)) bytes.push(code - escapes);
    else bytes.push(...encoder.encode(char));
  }
  return Uint8Array.from(bytes);
}

/** A name as people read it: bytes that are no text become the sign for that. */
export const shownName = (name: string): string =>
  hasEscape(name) ? Array.from(name, (char) => (isEscape(char.codePointAt(0) ?? 0) ? '\ufffd' : char)).join('') : name;

/** The longest name that a file can have, bytes. */
export const longestNameBytes = 255;

/** Why nothing can be made with a name; undefined: it can. */
export function fileNameProblem(name: string): string | undefined {
  if (name === '') return 'Please enter a name.';
  if (name === '.' || name === '..') return 'This name has a meaning of its own. Please take another.';
  if (name.includes('/')) return 'A name has no slash in it.';
  if (!name.isWellFormed()) return 'This name is not a text. Please take another.';
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  if (/[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(name)) {
    return 'Please leave out control characters and invisible marks.';
  }
  if (bytesOfName(name).length > longestNameBytes) return 'Please take a shorter name.';
  return undefined;
}
