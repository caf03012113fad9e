import { cpuMsOf, ownMemoryOf } from '../../lib/process-use.ts';
import type { ServerUse } from '../spawner.ts';
import { memoryOfGroup, pidsOfGroup, type CgroupFolders } from './cgroups.ts';
import { environmentOf, markedProcesses } from './processes.ts';

/** Jupyter tells each kernel which notebook it is for; what a kernel starts inherits that. */
const notebookVariable = 'JPY_SESSION_NAME=';

/** What servers take now: of their groups, or where they have none of the processes with their marker. */
export function useOf(
  servers: readonly { readonly id: string; readonly folder: string; readonly groups: CgroupFolders }[],
): Map<string, ServerUse> {
  // One look for all of them: there may be many processes on a machine.
  const marked = servers.some(({ groups }) => groups.length === 0) ? markedProcesses() : new Map<string, number[]>();
  const found = new Map<string, ServerUse>();
  for (const { id, folder, groups } of servers) {
    const pids = groups.length === 0 ? (marked.get(folder) ?? []) : pidsOfGroup(groups);
    const memory = groups.length === 0 ? null : memoryOfGroup(groups);
    if (pids.length === 0 && memory === null) continue;
    found.set(id, {
      memoryBytes: memory?.bytes ?? sum(pids.map(ownMemoryOf)),
      cpuMs: sum(pids.map(cpuMsOf)),
      memoryKills: memory?.kills ?? null,
      processes: pids.map((pid) => ({ pid, notebook: notebookOf(pid) })),
    });
  }
  return found;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function notebookOf(pid: number): string | null {
  const name = environmentOf(pid)
    .find((one) => one.startsWith(notebookVariable))
    ?.slice(notebookVariable.length);
  return name === undefined || name === '' ? null : name;
}
