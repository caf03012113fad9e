/** Something that lies in a folder of `Logs`, such as all that one run has left. */
export type LogRecord = {
  readonly name: Buffer;
  /** when something in it was changed last */
  readonly changedAt: number;
  /** whether somebody may write there: it stays whatever its age is */
  readonly inUse: boolean;
};

/** Which records go: those that have not been changed since `before`, but for the newest ones, which stay however old they are. */
export function outdated(
  records: readonly LogRecord[],
  { before, newest }: { before: number; newest: number },
): LogRecord[] {
  return records
    .toSorted((a, b) => b.changedAt - a.changedAt || Buffer.compare(b.name, a.name))
    .slice(newest)
    .filter(({ changedAt, inUse }) => !inUse && changedAt < before);
}
