import { z } from 'zod';
import { isShallow } from './depth.ts';

/** What a notebook's cell with the tag `parameters` sets. */
export const notebookParameter = z.object({
  name: z.string(),
  value: z.json().meta({ description: 'null where it is no plain value' }),
  plain: z.boolean().meta({ description: 'whether `value` is what the notebook sets; else it computes it' }),
  written: z.string().meta({ description: 'as it stands in the notebook' }),
});
export type NotebookParameter = z.infer<typeof notebookParameter>;

const cell = z.object({
  cell_type: z.literal('code'),
  source: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]),
  metadata: z.object({ tags: z.array(z.string()) }),
});

/**
 * Python `a: int = 1`, R `a <- 1`, Scala `val a: Int = 1`; from the beginning of a line. Each character can be taken in one way alone: a line of a stranger would
 * be tried for minutes otherwise.
 */
const assignment = /^(?:va[lr]\s+)?([A-Za-z_]\w*)[ \t]*(?::[\w.[\], |\t]*)?(?:=(?!=)|<-)(.+)$/;
const words: Readonly<Record<string, boolean | null>> = {
  True: true,
  TRUE: true,
  true: true,
  False: false,
  FALSE: false,
  false: false,
  None: null,
  NULL: null,
  null: null,
};
const longestWritten = 500;
/** Nobody writes parameters by hand that are longer, or more; what a notebook of a stranger has beyond that is not looked at. */
const longestLine = 2000;
const mostLines = 500;

/** What the cells of a notebook set in the one that has the tag `parameters`; of several, the first. Cells that are none are passed over. */
export function readParameters(cells: readonly unknown[]): NotebookParameter[] {
  const parameters = new Map<string, NotebookParameter>();
  for (const line of sourceOf(cells).split('\n', mostLines)) {
    const [, name, right] = (line.length <= longestLine ? assignment.exec(line) : null) ?? [];
    if (name === undefined || right === undefined || right.trim() === '') continue;
    const written = withoutComment(right.trim());
    const read = readLiteral(written);
    parameters.set(name, {
      name,
      value: read?.value ?? null,
      plain: read !== null,
      written: written.slice(0, longestWritten),
    });
  }
  return [...parameters.values()];
}

function sourceOf(cells: readonly unknown[]): string {
  for (const each of cells) {
    const { data } = isTagged(each) ? cell.safeParse(each) : {};
    if (data !== undefined) return data.source;
  }
  return '';
}

/** Said of a cell at little cost: there may be millions of them. */
function isTagged(each: unknown): boolean {
  const { metadata } = (typeof each === 'object' && each !== null ? each : {}) as { metadata?: unknown };
  const { tags } = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as { tags?: unknown };
  return Array.isArray(tags) && tags.includes('parameters');
}

/** Without the comment at the end of a line, and without `;`. A mark within a text is none. */
function withoutComment(text: string): string {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '#' || text.startsWith('//', at)) return withoutEnd(text.slice(0, at));
  }
  return withoutEnd(text);
}
const withoutEnd = (text: string): string => text.trim().replace(/;$/, '').trim();

/** The value that a text of one of the languages says; null: it is more than a plain value. */
function readLiteral(text: string): { value: z.core.util.JSONType } | null {
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return { value: word };
  if (/^-?\d[\d_]*L?$/.test(text)) return { value: Number(text.replace(/[_L]/g, '')) };
  const single = /^'((?:[^'\\"]|\\')*)'$/.exec(text);
  if (single !== null) return { value: (single[1] ?? '').replaceAll("\\'", "'") };
  return readJson(text) ?? readAsPython(text);
}

/** What is deeper than parameters may be counts as computed. */
function readJson(text: string): { value: z.core.util.JSONType } | null {
  try {
    const value = JSON.parse(text) as z.core.util.JSONType;
    return isShallow(value) ? { value } : null;
  } catch {
    return null;
  }
}

/** Lists and dictionaries of Python, whose texts have single quotes and whose words begin with capitals. */
function readAsPython(text: string): { value: z.core.util.JSONType } | null {
  if (!/^[[{]/.test(text) || text.includes('"') || text.includes('\\')) return null;
  const json = text
    .replaceAll("'", '"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replace(/\bNone\b/g, 'null');
  return readJson(json);
}
