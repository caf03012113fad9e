import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type Process = { readonly pid: number; readonly command: string };

/** Processes that belong to a platform's data folder: those that name it in their command line or work inside it. */
export function listProcesses(data: string): Process[] {
  const found: Process[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const folder = readlinkSync(`/proc/${pid}/cwd`);
      if (command !== '' && (command.includes(data) || folder.startsWith(data)))
        found.push({ pid: Number(pid), command });
    } catch {
      // ended meanwhile
    }
  }
  return found;
}

/** The same as text, for a comparison with none: `pid command` each. */
export const processesOf = (data: string): string[] =>
  listProcesses(data).map(({ pid, command }) => `${pid} ${command.slice(0, 200)}`);
