import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export type Asked = { method?: string; body?: unknown; headers?: Record<string, string>; host?: string };
export type Answered = { status: number; text: string; headers: IncomingMessage['headers'] };

/**
 * Calls a port again and again and sends nothing twice, on connections that stay open or on a new one for each request. What has no answer, or one that says that nobody is there, is a problem.
 */
export function createCaller(port: number, { kept }: { kept: boolean }) {
  const agent = kept ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  const problems: string[] = [];
  let answers = 0;
  let slowest = 0;
  return {
    async call(
      path: string,
      { method = 'GET', body, headers = {}, host = `localhost:${port}` }: Asked = {},
    ): Promise<Answered | null> {
      const begun = performance.now();
      const content = body === undefined ? undefined : JSON.stringify(body);
      const sent = request({
        host: '127.0.0.1',
        port,
        path,
        method,
        agent,
        headers: {
          host,
          ...headers,
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
        },
      });
      try {
        sent.end(content);
        const [answer] = (await once(sent, 'response')) as [IncomingMessage];
        const answered = { status: answer.statusCode ?? 0, text: await text(answer), headers: answer.headers };
        answers += 1;
        slowest = Math.max(slowest, performance.now() - begun);
        if (answered.status >= 400) problems.push(`${method} ${path}: ${answered.status} ${answered.text}`);
        return answered;
      } catch (error) {
        problems.push(`${method} ${path} after ${Math.round(performance.now() - begun)} ms: ${String(error)}`);
        return null;
      }
    },
    told: () => ({ problems, answers, slowest }),
    close: () => void (agent === false || agent.destroy()),
  };
}
