import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const programs = '/usr/sbin';
const realm = 'EMBERLAB.TEST';

/** Whether this machine has MIT's Kerberos server: Debian's krb5-kdc and krb5-admin-server. */
export const hasKdc = ['krb5kdc', 'kdb5_util', 'kadmin.local'].every((name) => existsSync(join(programs, name)));

export type Kdc = AsyncDisposable & {
  /** settings for its clients */
  readonly krb5Conf: string;
  principal(name: string): string;
  /** Makes a principal with new keys, or gives it new ones; answers the keytab with them. */
  keytab(name: string): Promise<string>;
  /** Takes the server away. */
  stop(): Promise<void>;
};

/** A Kerberos server of a realm of its own, on loopback, as whoever runs the tests. */
export async function startKdc(): Promise<Kdc> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-kdc-'));
  const port = await freePort();
  const krb5Conf = join(folder, 'krb5.conf');
  const clients = ['default_realm', realm, 'dns_lookup_kdc', 'false', 'dns_lookup_realm', 'false', 'rdns', 'false'];
  await writeFile(
    krb5Conf,
    [
      '[libdefaults]',
      ...clients.flatMap((word, at) => (at % 2 === 0 ? [`  ${word} = ${clients[at + 1]}`] : [])),
      '  udp_preference_limit = 1',
      '[realms]',
      `  ${realm} = {`,
      `    kdc = 127.0.0.1:${port}`,
      '  }',
      '',
    ].join('\n'),
  );
  await writeFile(
    join(folder, 'kdc.conf'),
    [
      '[kdcdefaults]',
      `  kdc_listen = ""`,
      `  kdc_tcp_listen = 127.0.0.1:${port}`,
      '[realms]',
      `  ${realm} = {`,
      `    database_name = ${join(folder, 'principal')}`,
      `    key_stash_file = ${join(folder, 'stash')}`,
      `    acl_file = ${join(folder, 'acl')}`,
      '    max_renewable_life = 7d',
      '  }',
      '',
    ].join('\n'),
  );
  const env = { ...process.env, KRB5_CONFIG: krb5Conf, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') };
  const admin = (words: string) => run(join(programs, 'kadmin.local'), ['-r', realm, '-q', words], { env });
  await run(join(programs, 'kdb5_util'), ['create', '-s', '-r', realm, '-P', 'master'], { env });
  const child = spawn(join(programs, 'krb5kdc'), ['-n', '-r', realm, '-P', join(folder, 'pid')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const made = new Set<string>();
  return {
    krb5Conf,
    principal: (name) => `${name}@${realm}`,
    async keytab(name) {
      const file = join(folder, `${name.replace('/', '-')}.keytab`);
      await rm(file, { force: true });
      if (!made.has(name)) await admin(`addprinc -randkey ${name}`);
      made.add(name);
      await admin(`ktadd -k ${file} ${name}`);
      return file;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
