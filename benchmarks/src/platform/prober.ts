import { Agent, request } from 'node:http';
import type { Door } from './side.ts';

const everyMs = 20;
/** An answer that takes longer is none. */
const patienceMs = 5000;

export type Probed = {
  readonly sent: number;
  readonly failed: number;
  /** the longest time without an answer from one of the doors, s */
  readonly longestGap: number;
};

/** Asks at each of the doors every 20 ms, whether or not it has answered before, until told to stop. */
export function startProber(doors: readonly Door[]) {
  const agent = new Agent({ keepAlive: true });
  const answeredAt = doors.map(() => performance.now());
  let sent = 0;
  let failed = 0;
  let longestGap = 0;
  const open = new Set<Promise<void>>();

  const note = (index: number): void => {
    const now = performance.now();
    longestGap = Math.max(longestGap, (now - (answeredAt[index] ?? now)) / 1000);
    answeredAt[index] = now;
  };
  const probe = ({ port, path, headers }: Door, index: number): Promise<void> =>
    new Promise((resolve) => {
      let well = false;
      sent += 1;
      const asked = request({ host: '127.0.0.1', port, path, headers, agent, timeout: patienceMs }, (answer) => {
        answer.resume();
        answer.on('end', () => {
          well = answer.statusCode === 200;
          if (well) note(index);
        });
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => undefined);
      asked.on('close', () => {
        if (!well) failed += 1;
        resolve();
      });
      asked.end();
    });
  const timer = setInterval(() => {
    for (const [index, door] of doors.entries()) {
      const one = probe(door, index);
      open.add(one);
      void one.then(() => open.delete(one));
    }
  }, everyMs);

  return {
    /** Whether every door has answered within the last half second. */
    allAnswer: (): boolean => answeredAt.every((at) => performance.now() - at < 500),
    async stop(): Promise<Probed> {
      clearInterval(timer);
      await Promise.all(open);
      for (const index of doors.keys()) if (performance.now() - (answeredAt[index] ?? 0) > patienceMs) note(index);
      agent.destroy();
      return { sent, failed, longestGap };
    },
  };
}
