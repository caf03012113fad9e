import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes that belong to a platform's data folder: those that name it in their command line or work inside it. `pid command` each. */
export function processesOf(data: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const folder = readlinkSync(`/proc/${pid}/cwd`);
      if (command !== '' && (command.includes(data) || folder.startsWith(data)))
        found.push(`${pid} ${command.slice(0, 200)}`);
    } catch {
      // ended meanwhile
    }
  }
  return found;
}
