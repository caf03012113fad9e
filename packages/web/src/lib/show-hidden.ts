// Control characters, direction marks and invisible ones: they make a line look like another one.
const hiding =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Writes what can't be seen as an escape that can: `\u202e`, `\x07`. Text in any script stays as it is. */
export function showHidden(text: string): string {
  return text.replace(hiding, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
