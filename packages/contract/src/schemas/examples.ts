import { z } from 'zod';
import { exampleKernels } from '../words.ts';

export type ExampleKernel = (typeof exampleKernels)[number];

/** An example's own name, which is that of its notebook's file. */
export const exampleId = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'An example has lower-case letters, digits and _.');

/** A notebook that teaches something. */
export const example = z.object({
  id: exampleId,
  title: z.string(),
  summary: z.string(),
  topics: z.array(z.string()),
  kernel: z.enum(exampleKernels),
  minutes: z.number().int().meta({ description: 'how long one needs to read and run it' }),
  learns: z.array(z.string()).meta({ description: 'what one can do afterwards' }),
  source: z.string().meta({ description: 'where its data come from, and their licence' }),
});
export type Example = z.infer<typeof example>;

/** One with its content. */
export const exampleWithNotebook = example.extend({
  notebook: z.string().meta({ description: 'the content of its file, which is JSON' }),
});
