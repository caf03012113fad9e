const signatures: readonly (readonly [type: string, bytes: readonly (number | null)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', [0x42, 0x4d]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
];

/** What kind of picture bytes are, by the bytes and never by a name; null: none that is shown. */
const imageTypeOf = (bytes: Uint8Array): string | null =>
  signatures.find(([, start]) => start.every((byte, at) => byte === null || bytes[at] === byte))?.[0] ?? null;

/** An address that holds a picture; null: it is none. Only pictures of points are: a drawing may hold a program. */
export function imageAddress(bytes: Uint8Array): string | null {
  const type = imageTypeOf(bytes);
  if (type === null) return null;
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `data:${type};base64,${btoa(text)}`;
}

/** The same of what a notebook holds in base64. */
export function imageAddressOf(base64: string): string | null {
  const plain = base64.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return null;
  try {
    const start = Uint8Array.from(atob(plain.slice(0, 64)), (char) => char.charCodeAt(0));
    const type = imageTypeOf(start);
    return type === null ? null : `data:${type};base64,${plain}`;
  } catch {
    return null;
  }
}
