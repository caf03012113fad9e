import { randomUUID } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

/** One output of a cell, as a notebook keeps it. */
export type Output =
  | { kind: 'stream'; name: string; text: string }
  | { kind: 'display'; id: string | null; data: Record<string, string> }
  | { kind: 'error'; text: string };

type Message = {
  parent_header: { msg_id?: string };
  msg_type: string;
  content: {
    name?: string;
    text?: string;
    data?: Record<string, string>;
    transient?: { display_id?: string };
    wait?: boolean;
    evalue?: string;
    execution_state?: string;
    matches?: string[];
    cursor_start?: number;
    cursor_end?: number;
    comm_id?: string;
  };
};

/** Names below localhost are this machine; not every resolver knows that. */
const lookup: LookupFunction = (_name, options, callback) =>
  options.all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

/** A Jupyter server as a browser has it: opened with a ticket, from its own origin, with its cookies. */
export class JupyterPage {
  private readonly origin: string;
  private readonly cookies = new Map<string, string>();

  private constructor(origin: string) {
    this.origin = origin;
  }

  /** `url`: with the ticket. */
  static async open(url: string): Promise<JupyterPage> {
    const page = new JupyterPage(new URL(url).origin);
    await page.ask('GET', url.slice(page.origin.length));
    await page.ask('GET', '/lab');
    return page;
  }

  private get headers(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return { cookie, origin: this.origin, 'x-xsrftoken': this.cookies.get('_xsrf') ?? '' };
  }

  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const headers = { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const asked = request(`${this.origin}${path}`, { method, headers, lookup, agent: false }, (answer) => {
      this.keep(answer.headers);
      text(answer).then((content) => resolve({ status: answer.statusCode ?? 0, text: content }), reject);
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  private keep(headers: IncomingHttpHeaders): void {
    for (const cookie of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
  }

  /** Starts a kernel for a notebook of that name, in the folder in which people work. */
  async notebook(kernelName: string, title = kernelName): Promise<Notebook> {
    const name = `${title}.ipynb`;
    const body = { path: `Jupyter/${name}`, name, type: 'notebook', kernel: { name: kernelName } };
    const made = await this.ask('POST', '/api/sessions', body);
    if (made.status !== 201) throw new Error(`no kernel ${kernelName}: ${made.status} ${made.text}`);
    const { kernel } = JSON.parse(made.text) as { kernel: { id: string } };
    const address = `${this.origin.replace('http', 'ws')}/api/kernels/${kernel.id}/channels`;
    const socket = new WebSocket(address, { headers: this.headers, lookup });
    const opened = Promise.withResolvers<void>();
    socket.once('open', () => opened.resolve());
    socket.once('error', opened.reject);
    await opened.promise;
    return new Notebook(socket, () => this.ask('POST', `/api/kernels/${kernel.id}/interrupt`));
  }
}

/** A notebook with its kernel: it does with a kernel's messages what JupyterLab does. */
export class Notebook {
  private readonly socket: WebSocket;
  private readonly session = randomUUID();
  private readonly listeners = new Set<(message: Message) => void>();
  private readonly gone: Promise<never>;
  readonly interrupt: () => Promise<unknown>;

  constructor(socket: WebSocket, interrupt: () => Promise<unknown>) {
    this.socket = socket;
    this.interrupt = interrupt;
    this.gone = new Promise((_resolve, reject) => socket.once('close', () => reject(new Error('the kernel is gone'))));
    this.gone.catch(() => undefined);
    socket.on('message', (raw: Buffer) => {
      const message = JSON.parse(raw.toString()) as Message;
      for (const listener of this.listeners) listener(message);
    });
  }

  /** Sends a request and hands on what comes for it until `done`. */
  private send(type: string, content: unknown, onMessage: (message: Message) => boolean): Promise<void> {
    const header = { msg_id: randomUUID(), session: this.session, username: '', version: '5.3', msg_type: type };
    const { promise, resolve } = Promise.withResolvers<void>();
    const listen = (message: Message) => {
      if (message.parent_header.msg_id !== header.msg_id || !onMessage(message)) return;
      this.listeners.delete(listen);
      resolve();
    };
    this.listeners.add(listen);
    const message = { header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] };
    this.socket.send(JSON.stringify(message));
    return Promise.race([promise, this.gone]);
  }

  /** Begins to run a cell. */
  begin(code: string): Cell {
    const cell = new Cell();
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    cell.ended = this.send('execute_request', content, (message) => cell.take(message));
    return cell;
  }

  /** Runs a cell to its end. */
  async run(code: string): Promise<Cell> {
    const cell = this.begin(code);
    await cell.ended;
    return cell;
  }

  /** What Tab offers at the end of the code. */
  async complete(code: string): Promise<{ matches: string[]; replaced: string }> {
    let found = { matches: [] as string[], replaced: '' };
    await this.send('complete_request', { code, cursor_pos: code.length }, ({ msg_type, content }) => {
      if (msg_type !== 'complete_reply') return false;
      found = { matches: content.matches ?? [], replaced: code.slice(content.cursor_start, content.cursor_end) };
      return true;
    });
    return found;
  }

  /** What Shift+Tab shows at the end of the code; empty where nothing is known. */
  async inspect(code: string): Promise<string> {
    let found = '';
    const content = { code, cursor_pos: code.length, detail_level: 0 };
    await this.send('inspect_request', content, (message) => {
      if (message.msg_type !== 'inspect_reply') return false;
      found = message.content.data?.['text/plain'] ?? '';
      return true;
    });
    return found;
  }

  /** What JupyterLab's side panel is told of the session's variables, as `name: type = value`. */
  async variables(): Promise<string[]> {
    let found: string[] = [];
    const content = { comm_id: randomUUID(), target_name: 'emberlab.variables', data: {} };
    await this.send('comm_open', content, (message) => {
      if (message.msg_type !== 'comm_msg') return false;
      const { variables } = message.content.data as unknown as {
        variables: Record<'name' | 'type' | 'value', string>[] | null;
      };
      found = (variables ?? []).map(({ name, type, value }) => `${name}: ${type} = ${value}`);
      return true;
    });
    await this.send(
      'comm_close',
      { comm_id: content.comm_id, data: {} },
      ({ msg_type, content: { execution_state } }) => msg_type === 'status' && execution_state === 'idle',
    );
    return found;
  }

  close(): void {
    this.socket.terminate();
  }
}

/** A cell's output: `outputs` is what a notebook saved now would hold. */
export class Cell {
  outputs: Output[] = [];
  /** the texts that a display had before it was changed or taken away */
  readonly passing: string[] = [];
  ended: Promise<void> = Promise.resolve();
  private clearFirst = false;
  private readonly waiting = new Set<() => void>();

  /** All that there is to read. */
  get text(): string {
    return this.outputs
      .map((output) => (output.kind === 'display' ? (output.data['text/plain'] ?? '') : output.text))
      .join('');
  }

  /** Resolves once something has been shown in passing; rejects when the cell ends without it. */
  async shows(pattern: RegExp): Promise<void> {
    const shown = Promise.withResolvers<void>();
    const look = () => {
      if (this.passing.some((text) => pattern.test(text))) shown.resolve();
    };
    this.waiting.add(look);
    look();
    const tooLate = this.ended.then(() => {
      throw new Error(`the cell ended without having shown ${pattern}: ${JSON.stringify(this.passing)}, ${this.text}`);
    });
    await Promise.race([shown.promise, tooLate]);
    tooLate.catch(() => undefined);
    this.waiting.delete(look);
  }

  /** Takes a message of the kernel; answers whether it was the last. */
  take({ msg_type: type, content }: Message): boolean {
    const id = content.transient?.display_id ?? null;
    const data = content.data ?? {};
    if (type === 'stream') this.stream(content.name ?? '', content.text ?? '');
    if (type === 'display_data' || type === 'execute_result') this.add({ kind: 'display', id, data });
    if (type === 'error') this.add({ kind: 'error', text: content.evalue ?? '' });
    if (type === 'update_display_data') {
      for (const output of this.outputs) if (output.kind === 'display' && output.id === id) output.data = data;
    }
    if (id !== null && 'text/plain' in data) this.passing.push(data['text/plain'] ?? '');
    if (type === 'clear_output') {
      if (content.wait === true) this.clearFirst = true;
      else this.outputs = [];
    }
    for (const look of this.waiting) look();
    return type === 'status' && content.execution_state === 'idle';
  }

  private stream(name: string, more: string): void {
    const last = this.outputs.at(-1);
    if (!this.clearFirst && last?.kind === 'stream' && last.name === name) last.text += more;
    else this.add({ kind: 'stream', name, text: more });
  }

  private add(output: Output): void {
    if (this.clearFirst) this.outputs = [];
    this.clearFirst = false;
    this.outputs.push(output);
  }
}
