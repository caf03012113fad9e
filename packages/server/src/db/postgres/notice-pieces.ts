/** PostgreSQL takes fewer than 8000 bytes at once. Ours are ASCII, so these are signs. */
const mostSigns = 7800;

/** `text` null: says that the series begins, or goes on */
type Numbered = { readonly series: string; readonly number: number; readonly text: string | null };

/** A text as what one after the other goes through PostgreSQL: `SERIES NUMBER PIECE/PIECES …`. */
export function noticesOf({ series, number, text }: Numbered): string[] {
  const written = JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (sign) => String.raw`\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const room = mostSigns - series.length - 40;
  const count = Math.ceil(written.length / room);
  return Array.from(
    { length: count },
    (_, at) => `${series} ${number} ${at + 1}/${count} ${written.slice(at * room, (at + 1) * room)}`,
  );
}

/**
 * Puts the pieces together again. `onGap`: another series than before, or a piece that doesn't follow the one before; of what comes after it nothing is left out
 * that is whole.
 */
export function joinNotices({
  onText,
  onGap,
}: {
  onText: (text: string) => void;
  onGap: () => void;
}): (notice: string) => void {
  let series = '';
  let next = 0;
  let pieces: string[] = [];
  return (notice) => {
    const [, from = '', numberText = '', atText = '', countText = '', part = ''] =
      /^(\w+) (\d+) (\d+)\/(\d+) (.*)$/s.exec(notice) ?? [];
    // Somebody else's words.
    if (from === '') return;
    const [number, at, count] = [Number(numberText), Number(atText), Number(countText)];
    // The rest of one whose beginning was missing.
    if (from === series && number < next) return;
    if (from !== series || number !== next || at !== pieces.length + 1) {
      // Whoever begins to listen looks then, and has missed nothing of one who had begun before.
      const isFirst = series === '' && number > 0;
      series = from;
      pieces = [];
      next = number;
      if (!isFirst) onGap();
      if (at !== 1) {
        next = number + 1;
        return;
      }
    }
    pieces.push(part);
    if (at < count) return;
    const text = JSON.parse(pieces.join('')) as string | null;
    pieces = [];
    next = number + 1;
    if (text !== null) onText(text);
  };
}
