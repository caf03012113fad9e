import { defineConfig } from 'vitest/config';
import { labExtension, ofJupyterLab } from './build/lab-extension.ts';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  plugins: [labExtension({ ...manifest, disabledExtensions: ['@jupyterlab/hub-extension:connectionlost'] })],
  build: {
    lib: { entry: 'src/index.ts', formats: ['cjs'] },
    target: 'es2023',
    rolldownOptions: { external: ofJupyterLab, output: { exports: 'named' } },
  },
  test: { name: 'lab', environment: 'happy-dom', include: ['{src,build}/**/*.test.ts'] },
});
