/** Arguments as lines of a text box, one a line. What no line can show is written as JSON, in double quotes. */
export const toLines = (all: readonly string[]): string =>
  all
    .map((one) => (one.trim() === '' || one.includes('\n') || one.startsWith('"') ? JSON.stringify(one) : one))
    .join('\n');

/** The arguments that lines say; empty lines are none. */
export const fromLines = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .map(readLine);

function readLine(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'string' ? read : line;
  } catch {
    return line;
  }
}

/** How many lines a box for a text has: one more than the text, within reason. */
export const rowsFor = (text: string): number => Math.min(14, Math.max(3, text.split('\n').length + 1));
