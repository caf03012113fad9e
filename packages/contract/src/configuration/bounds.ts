const mostMemoryMb = 1_048_576;
const mostCores = 256;
const mostExecutors = 10_000;

/** The bounds of numbers, for forms. */
export const configurationLimits = { leastMemoryMb: 512, mostMemoryMb, mostCores, mostExecutors } as const;

/** How long `Properties` and the environment variables may be, characters. */
export const longestText = 20_000;
/** At most so many files of a kind, each with a path of so many characters. */
export const mostFiles = 50;
export const longestPath = 1000;
/** Of the name of an engine. */
export const longestEngine = 40;
/** What profiles of servers are called: plain words. */
export const profileWord = /^[a-z][a-z0-9-]{0,39}$/;

/** What people read where a field of a configuration is wrong by itself. */
export const boundWords = {
  whole: (least: number, most: number) => `Please enter a whole number from ${least} to ${most}.`,
  memory: 'Please enter 512 MB to 1024 GB.',
  wholeMemory: 'Please enter a whole number of MB.',
  tooLittle: (whose: string) => `${whose} needs at least 512 MB.`,
  text: 'Please use at most 20,000 characters.',
  path: 'A path has at most 1000 characters.',
  engine: 'Please choose one of the engines.',
  profile: 'Please choose one of the profiles.',
  files: `Please name at most ${mostFiles} files.`,
} as const;
