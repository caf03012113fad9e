/** Which of the two logs of an executor an address names. */
export const readStreamSearch = (search: Record<string, unknown>): { stream?: 'stdout' | undefined } => ({
  stream: search['stream'] === 'stdout' ? 'stdout' : undefined,
});
