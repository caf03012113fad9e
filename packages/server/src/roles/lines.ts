import { openSync, writeSync } from 'node:fs';

/** Where lines go, as pino writes them. */
export type Lines = { write(line: string): void };

/**
 * Appends lines to a file of its owner's (mode 0600), each before the next thing is done, so that one who is killed has written what they said. Where there is no room
 * on the disk lines are lost, and nothing else: the next one that fits comes after one that says how many. (pino's own destination stops the whole process
 * there until somebody makes room.)
 */
export function appendTo(file: string): Lines {
  const descriptor = openSync(file, 'a', 0o600);
  let lost = 0;
  /** the last line is there in part */
  let torn = false;

  const written = (text: string): boolean => {
    const bytes = Buffer.from(torn ? `\n${text}` : text);
    try {
      const count = writeSync(descriptor, bytes);
      torn ||= count > 0;
      if (count === bytes.length) torn = false;
      return count === bytes.length;
    } catch {
      return false;
    }
  };
  const notice = () => JSON.stringify({ level: 40, time: Date.now(), lines: lost, msg: 'lines of this log were lost' });

  return {
    write(line) {
      if (lost > 0 && written(`${notice()}\n`)) lost = 0;
      if (lost > 0 || !written(line)) lost += 1;
    },
  };
}
