/** How a file is shown. What it really is shows when it is read: each way says so where it can't be read as that. */
export type FileKind = 'notebook' | 'image' | 'csv' | 'parquet' | 'text';

const endings: readonly (readonly [RegExp, FileKind])[] = [
  [/\.ipynb$/i, 'notebook'],
  [/\.(png|jpe?g|gif|webp|bmp)$/i, 'image'],
  [/\.(csv|tsv)$/i, 'csv'],
  [/\.(parquet|pq)$/i, 'parquet'],
];

export const kindOf = (name: string): FileKind => endings.find(([ending]) => ending.test(name))?.[1] ?? 'text';
