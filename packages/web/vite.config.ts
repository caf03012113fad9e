import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compress.ts';
import { mantineStyles } from './build/mantine-styles.ts';

export default defineConfig({
  plugins: [react(), mantineStyles(), compressed()],
  build: {
    // Everything is a file of our own origin: the content security policy has no room for data: addresses or inline scripts.
    assetsInlineLimit: 0,
    // Of the file that all begin with; `scripts/check-first-load.ts` looks at it compressed.
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // What each page loads, for `build/first-load.ts`.
    manifest: true,
    // A schema that nothing uses goes, with the library it is made of.
    rolldownOptions: {
      treeshake: { manualPureFunctions: ['z'] },
      // What all pages have is one file: it is smaller compressed, and loads sooner, than fifty.
      output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['{src,build}/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    css: false,
    // Files share modules and window: half of the time went into loading the same again.
    isolate: false,
    // A press on a link to a download would lead the window away from where all begin.
    environmentOptions: {
      happyDOM: { settings: { navigation: { disableMainFrameNavigation: true, disableFallbackToSetURL: true } } },
    },
    testTimeout: 30_000,
  },
});
