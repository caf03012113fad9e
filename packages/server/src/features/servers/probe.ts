import { request } from 'node:http';
import { requestTo } from '../../lib/endpoint.ts';

/** How long one question may take; Jupyter may be busy with its own start. */
const timeoutMs = 5000;

/** Asks whether a server answers. False while it doesn't, for whatever reason. */
export type Probe = (server: { socket: string; secret: string }) => Promise<boolean>;

/** Asks Jupyter's status. An answer other than 200 is no answer: it may be someone else's. */
export const probeJupyter: Probe = ({ socket, secret }) =>
  new Promise((resolve) => {
    const asked = request(
      {
        ...requestTo(socket),
        path: '/api/status',
        headers: { host: 'localhost', authorization: `token ${secret}` },
        agent: false,
        timeout: timeoutMs,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.on('close', () => resolve(false));
    asked.end();
  });
