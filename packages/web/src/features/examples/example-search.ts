import { exampleKernels, type Example, type ExampleKernel } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';

/** Which examples the page shows, as it stands in the address. */
export type ExampleSearch = {
  q?: string | undefined;
  topic?: string | undefined;
  kernel?: ExampleKernel | undefined;
  /** the one that is looked at */
  show?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export const readExampleSearch = (search: Record<string, unknown>): ExampleSearch => ({
  q: textOf(search['q']),
  topic: textOf(search['topic']),
  kernel: oneOf(exampleKernels, search['kernel']),
  show: textOf(search['show']),
});

/** The topics of examples, those of most of them first. */
export function topicsOf(examples: readonly Example[]): string[] {
  const counts = new Map<string, number>();
  for (const topic of examples.flatMap(({ topics }) => topics)) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return [...counts].toSorted(([a, many], [b, few]) => few - many || a.localeCompare(b)).map(([topic]) => topic);
}

/** Those that have all words that are looked for, in any of their texts. */
export function applyExampleSearch(examples: readonly Example[], { q, topic, kernel }: ExampleSearch): Example[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return examples.filter((example) => {
    const { title, summary, topics, learns, source } = example;
    const text = [title, summary, source, ...topics, ...learns].join('\n').toLowerCase();
    return (
      (topic === undefined || topics.includes(topic)) &&
      (kernel === undefined || example.kernel === kernel) &&
      words.every((word) => text.includes(word))
    );
  });
}
