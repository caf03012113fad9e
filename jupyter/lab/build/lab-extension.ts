import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { makeContainer } from './container.ts';

/** Packages that a page of JupyterLab has already; an extension takes them from there. */
export const ofJupyterLab = /^@(?:jupyterlab|lumino)\//;

/**
 * Makes the bundle what JupyterLab calls a prebuilt extension: `NAME/package.json`, which says what to load, and a script that puts a container (see
 * `container.ts`) where JupyterLab looks for it. The bundle has to be one chunk of CommonJS.
 */
export function labExtension({
  name,
  version,
  description,
  disabledExtensions,
}: Record<'name' | 'version' | 'description', string> & {
  /** plugins of JupyterLab that this extension's own stand in for */
  disabledExtensions: readonly string[];
}): Plugin {
  return {
    name: 'lab-extension',
    apply: 'build',
    generateBundle(_options, bundle) {
      const [chunk, ...others] = Object.values(bundle);
      if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('a JupyterLab extension is to be one chunk');
      const source = `{
const container = ${makeContainer.toString()};
(window._JUPYTERLAB ??= {})[${JSON.stringify(name)}] = container(${JSON.stringify(chunk.imports)}, (require, module, exports) => {
${chunk.code}
});
}
`;
      // Browsers keep what they have loaded: another content has another name.
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 20);
      const load = `static/remoteEntry.${hash}.js`;
      const jupyterlab = { extension: true, disabledExtensions, _build: { load, extension: './extension' } };
      delete bundle[chunk.fileName];
      this.emitFile({ type: 'asset', fileName: `${name}/${load}`, source });
      this.emitFile({
        type: 'asset',
        fileName: `${name}/package.json`,
        source: `${JSON.stringify({ name, version, description, license: 'Apache-2.0', jupyterlab }, null, 1)}\n`,
      });
    },
  };
}
