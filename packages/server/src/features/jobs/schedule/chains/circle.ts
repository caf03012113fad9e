/** After which jobs each job starts, by ids. */
export type Links = ReadonlyMap<number, readonly number[]>;

/**
 * The circle that there would be if a job started after others, in the order in which its jobs would start each other, from the job and back to it; null: there
 * would be none.
 */
export function circleOf(links: Links, jobId: number, after: readonly number[]): number[] | null {
  const seen = new Set<number>();
  /** The way from an earlier job to one after which it would start, the other way round. */
  const search = (id: number, way: readonly number[]): number[] | null => {
    if (id === jobId) return [jobId, ...way];
    if (seen.has(id)) return null;
    seen.add(id);
    for (const earlier of links.get(id) ?? []) {
      const found = search(earlier, [id, ...way]);
      if (found !== null) return found;
    }
    return null;
  };
  for (const id of after) {
    const found = search(id, [jobId]);
    if (found !== null) return found;
  }
  return null;
}
