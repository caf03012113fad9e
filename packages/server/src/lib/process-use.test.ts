import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { coresBetween, useOfTrees } from './process-use.ts';
import { identify, type ProcessIdentity } from './process.ts';

/** Takes memory and CPU time, says so, then waits for the end of its input. */
const worker = `
const kept = Buffer.alloc(Number(process.argv[1]) * 1024 * 1024, 1);
const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
while (cpuMs() < 60);
process.stdout.write('ready\\n');
process.stdin.on('end', () => process.exit(kept.length > 0 ? 0 : 1)).resume();
`;

const begun: ChildProcess[] = [];
afterEach(() => {
  for (const child of begun.splice(0)) {
    child.stdin?.end();
    child.kill('SIGKILL');
  }
});

/** Starts a shell in a session of its own that runs this script; resolves once `lines` workers have said that they are ready. */
async function tree(script: string, lines: number): Promise<ProcessIdentity> {
  // A shell gives what it starts in the background an empty input, unless it is another than its own.
  const child = spawn('/bin/sh', ['-c', `exec 3<&0; ${script}`, 'sh', process.execPath, worker], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  begun.push(child);
  let said = '';
  while (said.split('ready').length <= lines) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    said += chunk.toString();
  }
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error('it has ended');
  return identity;
}

const mb = 1024 ** 2;

describe('what trees of processes take', () => {
  it('is that of all that a root has started, each tree by itself', async () => {
    const small = await tree('"$1" -e "$2" 30; :', 1);
    const large = await tree('"$1" -e "$2" 60 <&3 & "$1" -e "$2" 60 <&3 & wait', 2);
    const found = useOfTrees([small, large]);
    const [one, two] = [found.get(small.pid), found.get(large.pid)];
    expect(one?.memoryBytes).toBeGreaterThan(30 * mb);
    expect(two?.memoryBytes).toBeGreaterThan(120 * mb);
    expect(two?.memoryBytes).toBeGreaterThan((one?.memoryBytes ?? 0) + 60 * mb);
    expect(one?.cpuMs).toBeGreaterThanOrEqual(40);
    expect(two?.cpuMs).toBeGreaterThanOrEqual(80);
  });

  it('has what left the tree and stayed in its session, and what left the session and stayed in the tree', async () => {
    const orphan = await tree('( "$1" -e "$2" 40 <&3 & ) ; read line', 1);
    expect(useOfTrees([orphan]).get(orphan.pid)?.memoryBytes).toBeGreaterThan(40 * mb);
    const away = await tree('setsid "$1" -e "$2" 40 <&3 & wait', 1);
    expect(useOfTrees([away]).get(away.pid)?.memoryBytes).toBeGreaterThan(40 * mb);
  });

  it('is not that of a stranger who has the pid of one that is gone', async () => {
    const { pid } = await tree('"$1" -e "$2" 1; :', 1);
    expect(useOfTrees([{ pid, startTicks: '1' }])).toEqual(new Map());
    expect(useOfTrees([])).toEqual(new Map());
  });
});

describe('the cores that were busy', () => {
  it('are never fewer than none, also when a process has ended with the time that it had', () => {
    expect(coresBetween({ cpuMs: 1000, at: 0 }, { cpuMs: 2530, at: 1000 })).toBe(1.5);
    expect(coresBetween({ cpuMs: 1000, at: 0 }, { cpuMs: 200, at: 1000 })).toBe(0);
    expect(coresBetween({ cpuMs: 1000, at: 5 }, { cpuMs: 2000, at: 5 })).toBe(0);
  });
});
