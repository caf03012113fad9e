import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type TestMail = {
  readonly from: string | null;
  readonly to: readonly string[];
  readonly message: string;
  readonly secure: boolean;
  readonly user: string | null;
};
type Said = { port: number } | { login: string; secure: boolean } | TestMail;

export type TestMailServer = {
  readonly port: number;
  /** Ends it; answers all that has come to it. */
  end(): Promise<{ mails: readonly TestMail[]; logins: readonly { login: string; secure: boolean }[] }>;
} & AsyncDisposable;

/** A real mail server on this machine, in a process of its own. */
export async function testMailServer(
  options: { certificate?: { cert: string; key: string }; user?: string; password?: string } = {},
): Promise<TestMailServer> {
  const { certificate, user = '', password = '' } = options;
  const program = join(import.meta.dirname, 'smtp.program.ts');
  const args = [program, certificate?.cert ?? '', certificate?.key ?? '', user, password];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const mails: TestMail[] = [];
  const logins: { login: string; secure: boolean }[] = [];
  const listening = Promise.withResolvers<number>();
  const lines = createInterface({ input: child.stdout });
  const read = once(lines, 'close');
  lines.on('line', (line) => {
    const said = JSON.parse(line) as Said;
    if ('port' in said) listening.resolve(said.port);
    else if ('login' in said) logins.push(said);
    else mails.push(said);
  });
  void exited.then(() => listening.reject(new Error('the mail server did not start')));
  const end = async () => {
    child.kill('SIGKILL');
    await Promise.all([exited, read]);
    return { mails, logins };
  };
  return {
    port: await listening.promise,
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
