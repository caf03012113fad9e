/** One problem in a text of lines, with the line it stands on (from 1). */
export type LineProblem = { line: number; message: string };

/** The lines of a text that say something, trimmed, with their numbers from 1: blank ones and those that begin with `#` are for people. */
export function* sayingLines(text: string): Generator<{ line: number; text: string }> {
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const trimmed = raw.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) yield { line: index + 1, text: trimmed };
  }
}

/** How many lines of a text say something. */
export const countLines = (text: string): number => [...sayingLines(text)].length;
