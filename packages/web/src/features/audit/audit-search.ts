import type { AuditOutcome } from '@emberlab/contract';

export const outcomes = ['done', 'refused', 'failed'] as const satisfies readonly AuditOutcome[];

/** Which events a page shows, as it stands in the address; what is missing is as usual. */
export type AuditSearch = {
  q?: string | undefined;
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  from?: string | undefined;
  until?: string | undefined;
};

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

/** Reads an address that may have been written by hand. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { q } = search;
  return {
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    action: typeof search.action === 'string' && /^[a-z.-]{1,100}$/.test(search.action) ? search.action : undefined,
    outcome: outcomes.find((each) => each === search.outcome),
    from: day(search.from),
    until: day(search.until),
  };
}

/** The same as the API asks for it. */
export const toQuery = ({ q, ...rest }: AuditSearch) => ({ ...rest, search: q });
