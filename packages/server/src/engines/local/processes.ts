import { readFileSync, readdirSync } from 'node:fs';
import { identify, type ProcessIdentity } from '../../lib/process.ts';

/**
 * The processes whose session (see setsid(2)) `leader` made, the leader apart. PySpark's worker daemon leaves the driver's process group, but not its
 * session. While one of them lives, the kernel gives the leader's pid to nobody else; when another process has it, nothing of ours is left.
 */
export function sessionMembers(leader: ProcessIdentity): number[] {
  const now = identify(leader.pid);
  if (now !== null && now.startTicks !== leader.startTicks) return [];
  const members: number[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === leader.pid) continue;
    const fields = statFields(pid);
    // Field 3 is the state and field 6 the session; a zombie holds nothing any more.
    if (fields !== null && Number(fields[3]) === leader.pid && fields[0] !== 'Z') members.push(pid);
  }
  return members;
}

function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Sends SIGKILL; a process that is gone already is fine. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself meanwhile
  }
}
