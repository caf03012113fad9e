import type { EnvironmentOperation, LibraryChange, LibraryConflicts } from '@emberlab/contract';

/** Text of others for a terminal: without characters that would do something to it. */
export const plain = (text: string): string => text.replaceAll(/(?![\n\t])\p{Cc}/gu, '');

/** Rows under their headings, in columns as wide as they have to be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => plain(row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => plain(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

const signs: Readonly<Record<LibraryChange['change'], string>> = {
  added: '+',
  removed: '-',
  up: '^',
  down: 'v',
  replaced: '=',
};

/** `+ polars 1.30`, `^ numpy 2.1 -> 2.2`, a line each. */
export const changeLines = (changes: readonly LibraryChange[]): string[] =>
  changes.map(
    ({ name, change, from, to }) =>
      `${signs[change]} ${name} ${[from, to].filter((version) => version !== null).join(' -> ')}`,
  );

/** What came of a change, in some lines. */
export function outcome({ state, title, problem, revision, changes, conflicts }: EnvironmentOperation): string {
  if (state === 'failed') return `${title}: this failed. What was in use still is.\n${problem ?? ''}`.trimEnd();
  if (state === 'cancelled') return `${title}: cancelled. What was in use still is.`;
  if (state !== 'succeeded') return `${title}: ${state === 'queued' ? 'waits for its turn' : 'is being made'}.`;
  const lines = changeLines(changes ?? []);
  return [
    `${title}: done. ${revision === null ? '' : `Revision ${revision} is in use; `}servers that run keep theirs.`,
    ...(lines.length === 0 ? ['Nothing changed.'] : lines),
    ...(conflicts ? [`There are ${conflicts} conflicts: see emberlab env check.`] : []),
  ].join('\n');
}

/** What is wrong, a line each. */
export function conflictLines({ conflicts, differences, effects }: LibraryConflicts): string[] {
  return [
    ...effects,
    ...conflicts.map(
      ({ name, requirement, installed, neededBy, neededByVersion }) =>
        `${neededBy} ${neededByVersion} needs ${requirement}; ${name} ${installed === null ? 'is missing' : `${installed} is installed`}.`,
    ),
    ...differences.map(
      ({ name, locked, installed }) =>
        `${name} is ${installed ?? 'missing'}, and ${locked === null ? 'not in the lock' : `${locked} in the lock`}.`,
    ),
  ];
}
