import { oneOf, textOf } from '../../lib/read-search.ts';

/** Which settings a page shows, as it stands in the address. */
export type SettingsSearch = { q?: string | undefined; show?: 'given' | undefined };

export const readSettingsSearch = (search: Record<string, unknown>): SettingsSearch => ({
  q: textOf(search['q']),
  show: oneOf(['given'], search['show']),
});
