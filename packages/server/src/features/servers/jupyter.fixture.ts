import { randomUUID } from 'node:crypto';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { Target } from '../../edge/protocol.ts';

/** What the proxy would send, with what only a browser adds on top. */
export function ask(
  target: Target,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const headers = { host: 'localhost', origin: 'http://localhost', ...target.headers, ...options.headers };
    const asked = request(
      { socketPath: target.socketPath, path, method: options.method ?? 'GET', headers, agent: false },
      (answer) => {
        const { statusCode: status = 0, headers: answered } = answer;
        readText(answer).then((text) => resolve({ status, headers: answered, text }), reject);
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}

type GatewayCall = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** A Livy gateway with one session that answers every statement with `said`. */
export async function fakeGateway() {
  const calls: GatewayCall[] = [];
  const session = { id: 1, name: null, appId: 'app', owner: 'ada', proxyUser: 'ada', state: 'idle', kind: 'pyspark' };
  const output = { status: 'ok', execution_count: 0, data: { 'text/plain': 'said' } };
  const server = createServer((asked, answer) => {
    void readText(asked).then((body) => {
      const { method = '', url = '', headers } = asked;
      calls.push({ method, url, headers, body });
      const isStatement = url.includes('/statements');
      const content = isStatement
        ? { id: 0, state: 'available', output, progress: 1 }
        : { ...session, appInfo: {}, log: [] };
      answer.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The headers with which a page of Jupyter's changes something. */
async function pageHeaders(target: Target): Promise<Record<string, string>> {
  const page = await ask(target, '/lab');
  const xsrf = /_xsrf=([^;]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
  return { cookie: `_xsrf=${xsrf}`, 'x-xsrftoken': xsrf, 'content-type': 'application/json' };
}

/** Renames a notebook that is open, as JupyterLab does. Both paths are relative to the project. */
export async function renameNotebook(target: Target, from: string, to: string): Promise<void> {
  const headers = await pageHeaders(target);
  const patch = async (path: string, change: object) =>
    expect((await ask(target, path, { method: 'PATCH', headers, body: JSON.stringify(change) })).status).toBe(200);
  await patch(`/api/contents/${encodeURIComponent(from)}`, { path: to });
  const sessions = JSON.parse((await ask(target, '/api/sessions')).text) as { id: string; path: string }[];
  const session = sessions.find(({ path }) => path === from);
  await patch(`/api/sessions/${session?.id}`, { path: to });
}

/** Types a command into a new terminal and leaves. */
export async function typeInTerminal(target: Target, command: string): Promise<void> {
  const made = await ask(target, '/api/terminals', { method: 'POST', headers: await pageHeaders(target) });
  const { name } = JSON.parse(made.text) as { name: string };
  const socket = new WebSocket(`ws+unix:${target.socketPath}:/terminals/websocket/${name}`, {
    headers: { ...target.headers, host: 'localhost' },
    origin: 'http://localhost',
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    // Its first words are the shell's, which is there then.
    socket.on('message', (raw: Buffer) => {
      if (raw.toString().startsWith('["stdout"')) resolve();
    });
  });
  socket.send(JSON.stringify(['stdin', `${command}\r`]));
  socket.close();
}

/** Runs code in a new kernel as a notebook page does, and answers what it printed. */
export async function runInKernel(target: Target, kernelName: string, code: string): Promise<string> {
  const browser = await pageHeaders(target);
  const body = JSON.stringify({
    path: `Jupyter/${kernelName} a.ipynb`,
    name: `${kernelName} a.ipynb`,
    type: 'notebook',
    kernel: { name: kernelName },
  });
  expect((await ask(target, '/api/sessions', { method: 'POST', body })).status).toBe(403);
  const made = await ask(target, '/api/sessions', { method: 'POST', headers: browser, body });
  expect(made.status).toBe(201);
  const { kernel } = JSON.parse(made.text) as { kernel: { id: string } };
  const headers = { ...target.headers, host: 'localhost' };
  const socket = new WebSocket(`ws+unix:${target.socketPath}:/api/kernels/${kernel.id}/channels`, {
    headers,
    origin: 'http://localhost',
  });
  const header = {
    msg_id: randomUUID(),
    session: randomUUID(),
    username: 'x',
    version: '5.3',
    msg_type: 'execute_request',
  };
  const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
  socket.on('open', () =>
    socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] })),
  );
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (raw: Buffer) => {
      const message = JSON.parse(raw.toString()) as {
        parent_header: { msg_id?: string };
        msg_type: string;
        content: { text?: string; execution_state?: string };
      };
      if (message.parent_header.msg_id !== header.msg_id) return;
      if (message.msg_type === 'stream') printed += message.content.text ?? '';
      if (message.msg_type === 'status' && message.content.execution_state === 'idle') resolve();
    });
  });
  socket.terminate();
  return printed;
}
