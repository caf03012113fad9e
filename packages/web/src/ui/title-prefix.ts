import { createContext, use, useState } from 'react';

type TitlePrefix = { readonly prefix: string | null; readonly set: (prefix: string | null) => void };

/** What the browser's tab says before the page's title, because it can't wait. */
export const TitlePrefixContext = createContext<TitlePrefix>({ prefix: null, set: () => undefined });

export function useTitlePrefixState(): TitlePrefix {
  const [prefix, set] = useState<string | null>(null);
  return { prefix, set };
}

/** Sets it; null: nothing. */
export const useTitlePrefix = (): TitlePrefix['set'] => use(TitlePrefixContext).set;
