import { readParameters, type NotebookParameter } from '@emberlab/contract';
import { z } from 'zod';

const notebook = z.object({
  nbformat: z.number(),
  cells: z.array(z.unknown()),
  metadata: z.object({ kernelspec: z.object({ name: z.string().min(1) }).optional() }).catch({}),
});

/** What a notebook says of itself: the name of its kernel's spec, null where it names none, and its parameters; or why it is no notebook that we can read. */
export type NotebookFacts =
  | { readonly kernel: string | null; readonly parameters: readonly NotebookParameter[] }
  | { readonly problem: string };

/** What the content of a file says of the notebook that it is. */
export function factsOf(content: string): NotebookFacts {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return { problem: 'It is no notebook: its content is not JSON.' };
  }
  const parsed = notebook.safeParse(json);
  if (!parsed.success) return { problem: 'It is no notebook of version 4. Please open it in Jupyter and save it.' };
  if (parsed.data.nbformat < 4)
    return { problem: 'It is a notebook of an old version. Please open it in Jupyter and save it.' };
  const { metadata, cells } = parsed.data;
  return { kernel: metadata.kernelspec?.name ?? null, parameters: readParameters(cells) };
}
