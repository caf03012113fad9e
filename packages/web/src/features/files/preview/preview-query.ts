import { routePath, type ProjectEntry } from '@emberlab/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../../lib/api.ts';
import { keys } from '../../../lib/queries.ts';
import { askParquet } from './ask-parquet.ts';
import { readCsv, type Rows } from './csv.ts';
import { imageAddress } from './images.ts';
import { kindOf } from './kinds.ts';
import { readNotebook, type Notebook } from './notebook.ts';
import type { ParquetRows } from './parquet.ts';
import { readPart } from './read-part.ts';
import { isBinary, textOf } from './text.ts';

/** What of a file is shown. `none`: nothing, and why. */
export type Preview =
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'csv'; readonly table: Rows }
  | { readonly kind: 'parquet'; readonly table: ParquetRows }
  | { readonly kind: 'image'; readonly address: string }
  | { readonly kind: 'notebook'; readonly notebook: Notebook }
  | { readonly kind: 'none'; readonly why: string };

const mostText = 256 * 1024;
const mostWhole = 24 * 1024 ** 2;
const tooLarge = 'It is too large to be shown here. Please download it, or open it in Jupyter.';

async function previewOf(project: string, { path, name, size }: ProjectEntry, signal: AbortSignal): Promise<Preview> {
  const kind = kindOf(name);
  if (kind === 'parquet') {
    const url = routePath('files.content', { params: { project }, query: { path } });
    return askParquet({ url, size: size ?? 0 }, signal).then(
      (table) => ({ kind, table }),
      (error: unknown) => ({
        kind: 'none',
        why: `This file can't be shown as a table: ${error instanceof Error ? error.message : ''}`,
      }),
    );
  }
  const isWhole = kind === 'image' || kind === 'notebook';
  if (isWhole && (size ?? 0) > mostWhole) return { kind: 'none', why: tooLarge };
  const { bytes, size: now } = await readPart(project, path, isWhole ? mostWhole : mostText, signal);
  const cut = bytes.length < now;
  if (kind === 'image') {
    const address = imageAddress(bytes);
    return address === null ? { kind: 'none', why: 'This is no picture that can be shown here.' } : { kind, address };
  }
  if (isBinary(bytes)) return { kind: 'none', why: 'This is no text. Please download it, or open it in Jupyter.' };
  const text = textOf(bytes, cut);
  if (kind === 'notebook') {
    const notebook = readNotebook(text);
    return notebook === null
      ? { kind: 'text', text: text.slice(0, mostText), cut: text.length > mostText }
      : { kind, notebook };
  }
  return kind === 'csv' ? { kind, table: readCsv(text, cut) } : { kind: 'text', text, cut };
}

/** A file and what of it is shown, read anew by each look at it. */
export const previewQuery = (project: string, path: string) =>
  queryOptions({
    queryKey: [...keys.files(project), 'preview', path],
    async queryFn({ signal }) {
      const entry = await api.call('files.entry', { params: { project }, query: { path, all: '1' } }, signal);
      if (entry.type !== 'file')
        return { entry, preview: { kind: 'none', why: 'This is no file.' } satisfies Preview as Preview };
      return { entry, preview: await previewOf(project, entry, signal) };
    },
    gcTime: 0,
    retry: false,
  });
