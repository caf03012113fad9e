import { setTimeout as pause } from 'node:timers/promises';

/** For so long after one of ours was killed a change that was under way may be without an answer, ms. */
const shadowMs = 15_000;
/** For so long a read is sent again, ms. */
const patienceMs = 60_000;

/**
 * Sends requests as a browser or a balancer in front of several edges does: a read whose connection has broken is sent again, at once. An answer that says that nobody
 * is there is none that a read may get. A change is sent once; it may be cut off by a death, and by nothing else.
 */
export function steady() {
  const problems: string[] = [];
  let [reads, again, changes, cut, slowest] = [0, 0, 0, 0, 0];
  let [struckAt, target] = [-Infinity, 'none'];
  const cuts = new Map<string, number>();

  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const method = init?.method ?? 'GET';
    const what = `${method} ${input instanceof Request ? input.url : String(input)}`;
    const begun = performance.now();
    if (method !== 'GET') {
      changes += 1;
      const answer = await fetch(input, init).catch((error: unknown) => error);
      if (answer instanceof Response && answer.status < 500) return answer;
      cut += 1;
      const how = `${target} ${answer instanceof Response ? answer.status : 'no answer'}`;
      cuts.set(how, (cuts.get(how) ?? 0) + 1);
      if (begun - struckAt > shadowMs) {
        problems.push(
          `${what}: ${answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer)}`,
        );
      }
      if (answer instanceof Response) return answer;
      throw answer;
    }
    reads += 1;
    for (;;) {
      try {
        const answer = await fetch(input, init);
        const body = await answer.arrayBuffer();
        if (answer.status >= 500) problems.push(`${what}: ${answer.status} ${new TextDecoder().decode(body)}`);
        slowest = Math.max(slowest, performance.now() - begun);
        return new Response(answer.status === 204 ? null : body, { status: answer.status, headers: answer.headers });
      } catch (error) {
        again += 1;
        if (performance.now() - begun < patienceMs) {
          await pause(10);
          continue;
        }
        problems.push(`${what}: ${String(error)}`);
        throw error;
      }
    }
  };

  return {
    fetch: send,
    /** One of ours is killed now. */
    struck(what: string): void {
      struckAt = performance.now();
      target = what;
    },
    told: () => ({
      problems,
      said: `${reads} reads, the slowest in ${Math.round(slowest)} ms, ${again} of them sent again; ${cut} of ${changes} changes cut off (${[...cuts].map((one) => one.join(': ')).join(', ')})`,
    }),
  };
}
