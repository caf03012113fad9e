/** A table, as far as it is shown. */
export type Rows = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly more: boolean;
};

const mostRows = 200;
const mostColumns = 100;
const mostInCell = 300;
const separators = [',', ';', '\t', '|'] as const;

/** The separator of which the first line has the most outside of quotes. */
function separatorOf(text: string): string {
  const line =
    text
      .slice(0, 4096)
      .split('\n', 1)[0]
      ?.replace(/"[^"]*"/g, '') ?? '';
  const counts = separators.map((separator) => line.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The first rows of a text with separated values. `cut`: the text is the beginning of a longer one, so its last line may be half of one. */
export function readCsv(text: string, cut: boolean): Rows {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const endCell = (): void => {
    if (row.length < mostColumns) row.push(cell.length > mostInCell ? `${cell.slice(0, mostInCell)}…` : cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (; at < text.length && rows.length <= mostRows + 1; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) endCell();
    else if (char === '\n') endRow();
    else if (char !== '\r') cell += char;
  }
  const whole = at >= text.length;
  if (whole && !cut && (cell !== '' || row.length > 0)) endRow();
  const [head = [], ...rest] = rows;
  return { head, rows: rest.slice(0, mostRows), more: cut || rest.length > mostRows || !whole };
}
