import { projectName } from '@emberlab/contract';
import { Argument, InvalidArgumentError } from 'commander';
import type { Connection } from '../connection.ts';
import { checked } from '../usage.ts';

/** What each command of `emberlab env` works with. */
export type EnvContext = {
  connect: () => Promise<Connection>;
  /** The answer, as JSON where that is wanted, else as text for people. */
  show: <T>(answer: T, text: (answer: T) => string) => void;
  json: () => boolean;
};

/** The project that a command is about: the first argument of each. */
export const project = (): Argument => new Argument('<project>', 'name of the project').argParser(checked(projectName));

/** The number of a revision. */
export const revision = (value: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Please give the number of a revision.');
  return Number(value);
};
