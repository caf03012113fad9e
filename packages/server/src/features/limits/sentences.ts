import { HttpError } from '../../http/errors.ts';
import type { CountedKind, Counts } from './policy.ts';

/** Whose limit it is. */
export type Side = 'user' | 'project';

const nouns = {
  servers: ['running Jupyter server', 'running Jupyter servers'],
  sessions: ['Spark session', 'Spark sessions'],
  runs: ['run of a job', 'runs of jobs'],
  cores: ['core for servers and Spark drivers', 'cores for servers and Spark drivers'],
} as const;
const steps = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `640 MB`, `5.1 GB`. */
function spellBytes(bytes: number): string {
  let [size, step] = [bytes, 0];
  while (size >= 1023.5 && step < steps.length - 1) [size, step] = [size / 1024, step + 1];
  return `${size.toFixed(step === 0 || size >= 99.95 ? 0 : 1).replace(/\.0$/, '')} ${steps[step]}`;
}

const spell = (kind: CountedKind, value: number): string =>
  kind === 'memory'
    ? `${spellBytes(value)} of memory for servers and Spark drivers`
    : `${value} ${nouns[kind][value === 1 ? 0 : 1]}`;

const short = (kind: CountedKind, value: number): string => (kind === 'memory' ? spellBytes(value) : String(value));

const remedies: Readonly<Record<CountedKind, string>> = {
  servers: 'Please stop one',
  sessions: 'Please stop one, or end its kernel',
  runs: 'Please wait until one has ended, or stop one',
  memory: 'Please stop something, or ask for less memory in the configuration',
  cores: 'Please stop something, or ask for fewer cores in the configuration',
};

/** Names the limit, what is used of it, what was asked for, and who may change it. */
export function limitReached(side: Side, kind: CountedKind, limit: number, used: Counts, asked: Counts): HttpError {
  const whose = side === 'user' ? 'You may have' : 'This project may have';
  const where = side === 'user' ? ', in all your projects together' : '';
  const wants =
    kind === 'memory' || kind === 'cores' ? `this asks for ${short(kind, asked[kind])}` : 'this would be one more';
  return new HttpError('limit_reached', {
    message: `${whose} ${spell(kind, limit)} at a time${where}: ${short(kind, used[kind])} in use, and ${wants}. ${remedies[kind]}; an administrator can raise the limit.`,
  });
}

/** The same of the room that files take; `measured`: how long ago that was, ms. */
export function diskFull(
  side: Side,
  { limit, bytes, asked, measured }: { limit: number; bytes: number; asked: number; measured: number },
): HttpError {
  const whose = side === 'user' ? 'Your own folders take' : 'The files of this project take';
  const where = side === 'user' ? 'in a Jupyter that still runs' : 'for good, on the page Files';
  const minutes = Math.floor(measured / 60_000);
  const ago = minutes === 0 ? 'less than a minute ago' : `${minutes} min ago`;
  const wants = asked > 0 ? `, and this file has ${spellBytes(asked)}` : '';
  return new HttpError('limit_reached', {
    message: `${whose} ${spellBytes(bytes)} of the ${spellBytes(limit)} that are allowed (measured ${ago}, and again now)${wants}. Nothing is deleted. Please delete what is not needed ${where}, then try again in a minute; an administrator can raise the limit.`,
  });
}
