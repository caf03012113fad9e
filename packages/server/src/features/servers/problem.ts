import { formatMegabytes } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { SpawnError, type ServerExit } from '../../spawners/spawner.ts';
import type { KeptLimits } from './limits.ts';
import type { Problem } from './store.ts';

/** How many of the log's last lines people are shown with a problem. */
export const logTailLines = 40;

const maxReason = 300;

const memoryRanOut = /MemoryError|Cannot allocate memory/;

/** What a log or an error says about certain ends, and what people are told. The first that fits counts. */
const known: readonly { pattern: RegExp; message: (match: RegExpExecArray) => string; remedy: string }[] = [
  {
    pattern: /No space left on device/i,
    message: () => 'The disk is full.',
    remedy: 'Please free some space, then press Run Jupyter again.',
  },
  {
    pattern: /ModuleNotFoundError: No module named '([^']+)'/,
    message: ([, name]) => `The Python environment lacks ${name}.`,
    remedy: 'Please press Repair on the page Python libraries, or ask an owner of the project to do so.',
  },
  {
    pattern: /PackageNotFoundError: (?:No package metadata was found for )?([\w.-]+)/,
    message: ([, name]) => `The Python environment lacks ${name}.`,
    remedy: 'Please press Repair on the page Python libraries, or ask an owner of the project to do so.',
  },
  {
    pattern: memoryRanOut,
    message: () => 'The memory of this machine ran out.',
    remedy: 'Please stop what is not needed, then press Run Jupyter again.',
  },
];

function recognise(text: string): { message: string; remedy: string } | null {
  for (const { pattern, message, remedy } of known) {
    const match = pattern.exec(text);
    if (match !== null) return { message: message(match), remedy };
  }
  return null;
}

/** The line of a log that tells best why a program ended: the last that looks like an error. */
export function errorLine(log: readonly string[]): string | null {
  // An exception's last line, as Python prints it, or an error or critical message of Jupyter's own.
  const found = log.findLast(
    (line) => /^(?:[\w.]+(?:Error|Exception|Interrupt|Exit))(?::|$)/.test(line) || /^\[[EC] /.test(line),
  );
  return found === undefined ? null : found.replace(/^\[[EC] [^\]]*\] /, '').slice(0, maxReason);
}

function howItEnded(exit: ServerExit | null): string {
  if (exit === null) return 'while Emberlab was not looking';
  if (exit.signal !== null) return `by the signal ${exit.signal}`;
  return `exit code ${exit.code ?? 'unknown'}`;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const lookAtLog = 'The last lines of its log may say more. Please press Run Jupyter to start again.';

/** The end of a server that took more memory than it may; null: it has no limit. */
function tooMuchMemory(limits: KeptLimits | null): { message: string; remedy: string } | null {
  if (limits === null || limits.memoryMb === null) return null;
  const [limit, each] = [formatMegabytes(limits.memoryMb), limits.by === 'rlimit' ? ' of each of its processes' : ''];
  return {
    message: `Jupyter was ended because its memory ran out: the limit${each} is ${limit}.`,
    remedy: 'Please load less data at once, or give it more memory; then press Run Jupyter again.',
  };
}

/**
 * Why a server's process ended that should run. `exit` is null when nobody saw it end; `answered`: it had been up; `tookTooMuch`: the kernel has ended a
 * process of it for memory lately; `told`: what who ran it says, a sentence.
 */
export function processEnded(options: {
  exit: ServerExit | null;
  answered: boolean;
  log: readonly string[];
  limits?: KeptLimits | null;
  tookTooMuch?: boolean;
  told?: string | null;
}): Problem {
  const { exit, answered, log, limits = null, tookTooMuch = false, told = null } = options;
  const logTail = [...log];
  const wasKilled = exit === null || exit.signal === 'SIGKILL';
  const ranOut = limits?.by === 'rlimit' && memoryRanOut.test(log.slice(-15).join('\n'));
  const tooMuch = (tookTooMuch && wasKilled) || ranOut ? tooMuchMemory(limits) : null;
  if (tooMuch !== null) return { ...tooMuch, logTail };
  if (told !== null) return { message: told, remedy: lookAtLog, logTail };
  // Only what was written last: an old message says nothing about this end.
  const recognised = recognise(log.slice(-15).join('\n'));
  if (recognised !== null) return { ...recognised, logTail };
  if (answered && exit?.code === 0) {
    return {
      message: 'Jupyter was shut down from within.',
      remedy: 'Please press Run Jupyter to start it again.',
      logTail,
    };
  }
  if (exit?.signal === 'SIGKILL') {
    return {
      message: 'Jupyter was killed by the system (SIGKILL), most often because the memory ran out.',
      remedy: 'Please use less memory in notebooks, or ask for a larger machine; then press Run Jupyter again.',
      logTail,
    };
  }
  const what = answered ? 'Jupyter ended' : 'Jupyter ended before it answered';
  const reason = errorLine(log);
  return {
    message: sentence(`${what} (${howItEnded(exit)})${reason === null ? '' : `: ${reason}`}`),
    remedy: lookAtLog,
    logTail,
  };
}

/** A server that did not answer in time; `waitedFor`: what its start still waited for, a sentence. */
export const neverAnswered = (seconds: number, log: readonly string[], waitedFor: string | null = null): Problem => ({
  message: `Jupyter did not answer within ${seconds} seconds.${waitedFor === null ? '' : ` ${waitedFor}`}`,
  remedy: 'This machine may be busy: please try again, or ask an administrator to raise server_start_timeout_seconds.',
  logTail: [...log],
});

/** A process that could not even be started. */
export function notSpawned(error: unknown, log: readonly string[]): Problem {
  const logTail = [...log];
  // Only these are written for people.
  if (error instanceof SpawnError || error instanceof HttpError) {
    const remedy = 'Please press Run Jupyter again once that is done.';
    return { message: sentence(error.message), remedy, logTail };
  }
  return {
    message: 'Jupyter could not be started.',
    remedy: 'Please press Run Jupyter again. When that does not help, the log of the platform says why.',
    ...recognise(error instanceof Error ? error.message : String(error)),
    logTail,
  };
}

/** There is no environment to run in, and none is being made. */
export const noEnvironment = (reason: string | null): Problem => ({
  message: sentence(`The Python environment could not be built${reason === null ? '' : `: ${reason}`}`),
  remedy: 'Please ask an owner of the project to build it again.',
  logTail: [],
});
