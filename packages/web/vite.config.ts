import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compress.ts';

export default defineConfig({
  plugins: [react(), compressed()],
  // Everything is a file of our own origin: the content security policy has no room for data: addresses or inline scripts.
  // The manifest says what each page loads (`build/first-load.ts`).
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023', manifest: true },
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
