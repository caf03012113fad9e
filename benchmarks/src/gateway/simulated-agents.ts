import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

type AgentConfig = { sessionId: number; agentUrl: string; secret: string };

/**
 * A SPARK_HOME whose drivers are processes that only sleep, and their agents, all of them in this process: a thousand real drivers need more memory
 * than a machine has, and what is measured is the control plane.
 */
export class SimulatedSpark {
  readonly home: string;
  private readonly pipe: string;
  private readonly sockets = new Set<WebSocket>();
  private readonly configs: ReturnType<typeof createInterface>;

  constructor(folder: string) {
    this.home = join(folder, 'simulated-spark');
    this.pipe = join(this.home, 'agents');
    mkdirSync(join(this.home, 'bin'), { recursive: true });
    mkdirSync(join(this.home, 'jars'), { recursive: true });
    execFileSync('mkfifo', [this.pipe]);
    // The last argument is the agent's configuration.
    writeFileSync(
      join(this.home, 'bin/spark-submit'),
      `#!/bin/sh\nfor last; do :; done\necho "$last" >'${this.pipe}'\nexec sleep 86400\n`,
      { mode: 0o755 },
    );
    // Opened for reading and writing: it never ends, however many writers come and go.
    this.configs = createInterface({ input: createReadStream(this.pipe, { flags: 'r+' }) });
    this.configs.on('line', (file) => this.dial(JSON.parse(readFileSync(file, 'utf8')) as AgentConfig));
  }

  private dial({ sessionId, agentUrl, secret }: AgentConfig): void {
    const socket = new WebSocket(`${agentUrl.replace(/^unix:/, 'ws+unix:')}:/agent/v1/connect`, ['emberlab-agent.1'], {
      headers: { authorization: `Bearer ${secret}` },
    });
    this.sockets.add(socket);
    const application = {
      id: `local-${sessionId}`,
      name: `simulated ${sessionId}`,
      sparkVersion: '4.3.0',
      pythonVersion: '3.11.2',
      uiAvailable: false,
      startedAt: Date.now(),
    };
    const tell = (frame: Record<string, unknown>) => socket.send(JSON.stringify(frame));
    socket.on('open', () =>
      tell({ type: 'hello', protocol: 1, sessionId, pid: 1, state: 'idle', application, statements: [] }),
    );
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { type: string; id?: number };
      if (frame.type !== 'run') return;
      const startedAt = Date.now();
      const output = { status: 'ok', execution_count: frame.id, data: { 'text/plain': '2' } };
      tell({ type: 'result', id: frame.id, state: 'available', output, startedAt, completedAt: Date.now() });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  close(): void {
    this.configs.close();
    for (const socket of this.sockets) socket.terminate();
    rmSync(this.home, { recursive: true, force: true });
  }
}
