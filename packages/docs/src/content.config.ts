import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro/content/config';
import { glob } from 'astro/loaders';

/** What `pages.ts` has made of `docs/`. */
export const collections = {
  docs: defineCollection({ loader: glob({ base: './.cache/pages', pattern: '**/*.md' }), schema: docsSchema() }),
};
