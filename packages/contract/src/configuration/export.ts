import type { Configuration } from './shape.ts';

/** The most that a file with a configuration may have, characters. */
export const longestImport = 200_000;

/** A configuration as a file: what the API takes as a body too. */
export const exportConfiguration = (value: Configuration): string => `${JSON.stringify(value, null, 2)}\n`;
