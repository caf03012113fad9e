import type { Plugin } from 'vite';

/** Styles that belong to no component: all of them stand on these. */
const base = ['baseline', 'default-css-variables', 'global'];

/** The stylesheet of the library that a module of it, or of its styles, is about. */
const namesOf = (ids: Iterable<string>, pattern: RegExp): Set<string> =>
  new Set([...ids].flatMap((id) => pattern.exec(id)?.[1] ?? []));

/** Which stylesheets of Mantine have to be loaded for these modules of a build, and which are, each by its component's name. */
export function comparedStyles(ids: { rendered: Iterable<string>; loaded: Iterable<string> }) {
  const needed = namesOf(ids.rendered, /@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/);
  const loaded = namesOf(ids.loaded, /@mantine\/core\/styles\/([\w-]+)\.css$/);
  for (const name of base) needed.add(name);
  return { missing: [...needed.difference(loaded)], needless: [...loaded.difference(needed)] };
}

/** Fails the build where a component of Mantine is used without its styles, which stand in `src/app/mantine-styles.ts`, or one has styles there and is not used. */
export const mantineStyles = (): Plugin => ({
  name: 'mantine-styles',
  apply: 'build',
  generateBundle(_options, bundle) {
    const rendered = Object.values(bundle).flatMap((each) => (each.type === 'chunk' ? Object.keys(each.modules) : []));
    const { missing, needless } = comparedStyles({ rendered, loaded: this.getModuleIds() });
    if (missing.length > 0) this.error(`src/app/mantine-styles.ts lacks the styles of ${missing.join(', ')}.`);
    if (needless.length > 0) this.error(`src/app/mantine-styles.ts has needless styles: ${needless.join(', ')}.`);
  },
});
