import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

/** A component of a module that is loaded when it is shown for the first time; it stands in a `Suspense`. */
export const lazily = <N extends string, P extends object>(
  load: () => Promise<Record<N, ComponentType<P>>>,
  name: N,
): LazyExoticComponent<ComponentType<P>> => lazy(async () => ({ default: (await load())[name] }));
