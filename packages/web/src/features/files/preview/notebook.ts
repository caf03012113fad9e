import { z } from 'zod';
import { imageAddressOf } from './images.ts';

/** What a cell has put out, as it is shown: text or a picture, never markup. */
export type Output =
  | { readonly kind: 'text' | 'error'; readonly text: string }
  | { readonly kind: 'image'; readonly address: string };

export type Cell =
  | { readonly kind: 'markdown' | 'raw'; readonly source: string }
  | {
      readonly kind: 'code';
      readonly source: string;
      readonly count: number | null;
      readonly outputs: readonly Output[];
    };

export type Notebook = { readonly cells: readonly Cell[]; readonly kernel: string | null; readonly more: number };

const mostCells = 500;
const mostOutputs = 50;
const mostText = 50_000;

const lines = z.union([z.string(), z.array(z.string()).transform((all) => all.join(''))]).catch('');
const data = z.record(z.string(), z.unknown()).catch({});
const output = z.looseObject({
  output_type: z.string().catch(''),
  text: lines.optional(),
  data: data.optional(),
  ename: z.string().catch(''),
  evalue: z.string().catch(''),
  traceback: z.array(z.string()).catch([]),
});
const cell = z.looseObject({
  cell_type: z.string().catch('raw'),
  source: lines,
  execution_count: z.number().nullable().catch(null),
  outputs: z.array(output).catch([]),
});
const notebook = z.looseObject({
  cells: z.array(cell),
  metadata: z
    .looseObject({
      kernelspec: z
        .looseObject({ display_name: z.string().nullable().catch(null) })
        .optional()
        .catch(undefined),
    })
    .catch({}),
});

const cutText = (text: string): string =>
  text.length > mostText ? `${text.slice(0, mostText)}\n… ${text.length - mostText} more characters` : text;

/** Of what a cell offers, the form that shows the most and can do nothing. */
function outputOf(one: z.output<typeof output>): Output | null {
  if (one.output_type === 'stream') return { kind: 'text', text: cutText(one.text ?? '') };
  if (one.output_type === 'error') {
    const text = one.traceback.length > 0 ? one.traceback.join('\n') : `${one.ename}: ${one.evalue}`;
    return { kind: 'error', text: cutText(text) };
  }
  const offered = one.data ?? {};
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const address = imageAddressOf(lines.parse(offered[type] ?? ''));
    if (address !== null) return { kind: 'image', address };
  }
  const text = offered['text/plain'] ?? offered['text/markdown'] ?? offered['application/json'];
  if (text !== undefined) {
    const known = z.union([z.string(), z.array(z.string())]).safeParse(text);
    return { kind: 'text', text: cutText(known.success ? lines.parse(text) : JSON.stringify(text, null, 2)) };
  }
  const types = Object.keys(offered);
  return types.length === 0 ? null : { kind: 'text', text: `(${types.join(', ')}: shown in Jupyter alone)` };
}

/** Reads a notebook; null: it is none. Whatever stands in it, only texts and pictures come out. */
export function readNotebook(text: string): Notebook | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = notebook.safeParse(json);
  if (!parsed.success) return null;
  const { cells, metadata } = parsed.data;
  return {
    kernel: metadata.kernelspec?.display_name ?? null,
    more: Math.max(0, cells.length - mostCells),
    cells: cells.slice(0, mostCells).map((one): Cell => {
      const source = cutText(one.source);
      if (one.cell_type !== 'code') return { kind: one.cell_type === 'markdown' ? 'markdown' : 'raw', source };
      const outputs = one.outputs
        .slice(0, mostOutputs)
        .map(outputOf)
        .filter((shown) => shown !== null);
      return { kind: 'code', source, count: one.execution_count, outputs };
    }),
  };
}
