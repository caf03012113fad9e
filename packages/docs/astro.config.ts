import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import starlight from '@astrojs/starlight';
import { defineConfig, passthroughImageService } from 'astro/config';
import { base, decisions, siteMap } from './src/site-map.ts';

const notes = readdirSync(join(import.meta.dirname, '../../docs', decisions.folder))
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => `${decisions.folder}/${name.replace(/\.md$/, '')}`);

export default defineConfig({
  base,
  trailingSlash: 'always',
  publicDir: '.cache/public',
  cacheDir: '.cache/astro',
  // Pictures are taken as they are: what would make them smaller is a program of its own, and they are loaded when they come into sight.
  image: { service: passthroughImageService() },
  build: { assets: '_assets' },
  vite: { build: { assetsInlineLimit: 0 } },
  integrations: [
    starlight({
      title: 'Emberlab',
      customCss: ['./src/site.css'],
      logo: { src: '../web/public/favicon.svg', alt: '' },
      favicon: '/favicon.svg',
      head: [{ tag: 'script', attrs: { src: `${base}/scrolling.js`, type: 'module' } }],
      credits: false,
      lastUpdated: false,
      markdown: { processedDirs: ['./.cache/pages'] },
      social: [{ icon: 'rocket', label: 'Open the dashboard', href: '/' }],
      sidebar: [...siteMap, { ...decisions, pages: notes, collapsed: true }].map(
        ({ label, pages, collapsed = false }) => ({
          label,
          collapsed,
          items: pages.map((page) => ({ slug: page.replace(/\/index$/, '') })),
        }),
      ),
    }),
  ],
});
