/** Versions of a package that the page has, by their numbers. */
type Versions = Record<string, { get: () => Factory | Promise<Factory>; loaded?: unknown }>;
type Factory = () => unknown;

/** What the parts of a page share with each other: webpack's share scope, by names of packages. */
export type ShareScope = Record<string, Versions>;

/** How JupyterLab reaches an extension: the interface of a webpack module federation container. */
export type Container = { init(scope: ShareScope): void; get(path: string): Promise<Factory> };

type Run = (require: (name: string) => unknown, module: { exports: object }, exports: object) => void;

/**
 * A container with one module, `./extension`: `run` is its code as CommonJS, `names` are the packages that it takes from the page. It is written into the
 * built file as it stands here, so it must not use anything from outside of itself.
 */
export function makeContainer(names: readonly string[], run: Run): Container {
  let shared: ShareScope = {};
  const load = async (name: string): Promise<[string, unknown]> => {
    const versions = Object.values(shared[name] ?? {});
    const chosen = versions.find((version) => Boolean(version.loaded)) ?? versions[0];
    if (chosen === undefined) throw new Error(`This JupyterLab has no ${name}.`);
    const factory = await chosen.get();
    return [name, factory()];
  };
  return {
    init(scope) {
      shared = scope;
    },
    async get(path) {
      if (path !== './extension') throw new Error(`There is no ${path} in this extension.`);
      const packages = new Map(await Promise.all(names.map(load)));
      const module = { exports: {} };
      return () => {
        run((name) => packages.get(name), module, module.exports);
        return module.exports;
      };
    },
  };
}
