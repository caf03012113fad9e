import Anser from 'anser';
import { showHidden } from './show-hidden.ts';

/** What is kept of one line for display; the rest is in the downloaded file. */
export const lineLimit = 4000;
/** How many lines are kept for display; older ones go first. */
export const linesLimit = 100_000;

export type LogLine = {
  /** from 1, in the whole log */
  number: number;
  raw: string;
  /** characters that were left out at the end */
  cut: number;
};

export type Segment = { text: string; className: string };

/**
 * Splits a line into pieces of one look each. Colours come out as class names of our own style sheet, never as markup, and only the text's: with a
 * background of its own, text could be made to vanish.
 */
export function readSegments(line: LogLine): Segment[] {
  if (!line.raw.includes('\u001b')) return [{ text: showHidden(line.raw), className: '' }];
  const segments: Segment[] = [];
  for (const entry of Anser.ansiToJson(line.raw, { json: true, use_classes: true, remove_empty: true })) {
    const names: string[] = entry.decorations
      .filter((name) => shownDecorations.has(name))
      .map((name) => `ansi-${name}`);
    if (typeof entry.fg === 'string' && /^ansi-(bright-)?[a-z]+$/.test(entry.fg)) names.push(entry.fg);
    segments.push({ text: showHidden(entry.content), className: names.join(' ') });
  }
  return segments;
}
const shownDecorations: ReadonlySet<string> = new Set(['bold', 'dim', 'italic', 'underline', 'strikethrough']);

const plainTexts = new WeakMap<LogLine, string>();

/** The line as it is displayed, without colours: what the search looks at. */
export function plainText(line: LogLine): string {
  let text = plainTexts.get(line);
  if (text === undefined) {
    text = readSegments(line)
      .map((segment) => segment.text)
      .join('');
    plainTexts.set(line, text);
  }
  return text;
}

export type LogContent = {
  lines: readonly LogLine[];
  /** lines that were dropped at the beginning */
  dropped: number;
  /** characters received, those not kept included */
  length: number;
};

export const emptyLog: LogContent = { lines: [], dropped: 0, length: 0 };

/** Takes a log in pieces of any size and makes lines of it, of which it keeps bounded amounts. */
export class LogLines {
  readonly #lines: LogLine[] = [];
  #dropped = 0;
  #length = 0;
  #open = false;

  /** Adds text at the end; it may begin and end anywhere in a line. */
  append(text: string): void {
    if (text === '') return;
    this.#length += text.length;
    let start = 0;
    while (start < text.length) {
      const end = text.indexOf('\n', start);
      this.#write(text.slice(start, end < 0 ? text.length : end));
      this.#open = end < 0;
      if (end < 0) break;
      start = end + 1;
    }
    // In large steps, since removing at the front moves all that follows.
    if (this.#lines.length > linesLimit * 1.1) {
      const surplus = this.#lines.length - linesLimit;
      this.#lines.splice(0, surplus);
      this.#dropped += surplus;
    }
  }

  /** The lines so far; a new value each time, so that it can be compared. */
  content(): LogContent {
    return { lines: [...this.#lines], dropped: this.#dropped, length: this.#length };
  }

  get length(): number {
    return this.#length;
  }

  #write(piece: string): void {
    const last = this.#open ? this.#lines.at(-1) : undefined;
    const number = last?.number ?? this.#dropped + this.#lines.length + 1;
    const room = lineLimit - (last?.raw.length ?? 0);
    // Lines end with \r\n in what Windows tools print; elsewhere \r is a character that hides others.
    const raw = ((last?.raw ?? '') + piece.slice(0, Math.max(0, room))).replace(/\r$/, '');
    const line: LogLine = { number, raw, cut: (last?.cut ?? 0) + Math.max(0, piece.length - Math.max(0, room)) };
    if (last === undefined) this.#lines.push(line);
    else this.#lines[this.#lines.length - 1] = line;
  }
}

/** A whole text as lines. */
export function readLog(text: string): LogContent {
  const lines = new LogLines();
  lines.append(text);
  return lines.content();
}
