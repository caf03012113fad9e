/** Whether bytes are no text: no text has a NUL in it. */
export const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8192).includes(0);

/** Bytes as text. Those at the end that are the beginning of a character that was cut are left out. */
export function textOf(bytes: Uint8Array, cut: boolean): string {
  return new TextDecoder('utf-8').decode(bytes, { stream: cut });
}
