const quote = 0x22;
const backslash = 0x5c;
/** `,`, `[` and `{` */
const beginnings: ReadonlySet<number> = new Set([0x2c, 0x5b, 0x7b]);
const mostValues = 1000;

/**
 * Whether a JSON text has few values, however long they are. Text takes as much memory as its bytes; a list of empty objects takes over twenty times as much,
 * so it has to be known before it is parsed.
 */
export function isFlat(json: Uint8Array): boolean {
  let values = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (inText) {
      if (byte === backslash) at++;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (beginnings.has(byte) && ++values > mostValues) return false;
  }
  return true;
}
