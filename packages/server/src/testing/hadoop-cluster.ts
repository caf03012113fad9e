import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `./test clusters` has made of e2e/clusters/minihadoop; undefined: the tests were not started by it. */
export const hadoopHome = process.env['EMBERLAB_TEST_HADOOP'];

export type HadoopCluster = AsyncDisposable & {
  /** its settings, as clients are given them */
  readonly confDir: string;
  /** Takes a part of it away for good. */
  stop(part: 'yarn' | 'hdfs'): void;
  /** Takes a part away for a while, and brings it back as it was. Resolve when that is done. */
  pause(part: 'yarn' | 'hdfs'): Promise<void>;
  resume(part: 'yarn' | 'hdfs'): Promise<void>;
  /** All that YARN knows, with their states (`RUNNING`, `KILLED` …) and users. */
  applications(): Promise<{ readonly id: string; readonly state: string; readonly user: string }[]>;
  /** How many delegation tokens are good for something. */
  tokens(): Promise<number>;
  /** The names of what lies in a folder of its file system; none where there is no such folder. Throws where that user may not see them; default: the platform's. */
  files(path: string, user?: string): Promise<string[]>;
  /** How many processes there are in containers of an application, or of any. */
  processes(application?: string): Promise<number[]>;
};

/** A real YARN with one machine of 3 GB, and a real HDFS, on this machine; one that asks for Kerberos, where that is told of its own principal. */
export async function startHadoopCluster(
  kerberos: { readonly principal: string; readonly keytab: string; readonly krb5Conf: string } | null = null,
): Promise<HadoopCluster> {
  const home = hadoopHome ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'ember-hadoop-'));
  const { JAVA_HOME: javaHome } = process.env;
  const java = javaHome === undefined ? 'java' : join(javaHome, 'bin/java');
  const child = spawn(
    java,
    [
      '-Xmx400m',
      '-XX:+UseSerialGC',
      '-XX:-UsePerfData',
      '-XX:TieredStopAtLevel=1',
      '--add-opens',
      'java.base/java.lang=ALL-UNNAMED',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      // Jetty's folders too, which it leaves.
      `-Djava.io.tmpdir=${folder}`,
      '-cp',
      `${join(home, 'classes')}:${join(home, 'lib')}/*`,
      'MiniHadoop',
      folder,
      ...(kerberos === null ? [] : [kerberos.principal, kerberos.keytab]),
    ],
    { cwd: folder, env: { ...process.env, ...settingsOf(kerberos) }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (lines.push(line) > 40) lines.shift();
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  const answers: { readonly command: string; take(lines: string[]): void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') resolve();
    else if (line === `did ${answers[0]?.command}`) answers.shift()?.take(said.splice(0));
    else said.push(line);
  });
  /** The lines that a command is answered with. */
  const tell = (command: string): Promise<string[]> =>
    new Promise((take) => {
      answers.push({ command, take });
      child.stdin.write(`${command}\n`);
    });
  child.once('exit', () => reject(new Error(`the cluster ended: ${lines.join('\n')}`)));
  await promise;

  return {
    confDir: join(folder, 'conf'),
    stop: (part) => void tell(`stop ${part}`),
    pause: async (part) => void (await tell(`pause ${part}`)),
    resume: async (part) => void (await tell(`resume ${part}`)),
    applications: async () =>
      (await tell('applications')).flatMap((line) => {
        const [what, id = '', state = '', user = ''] = line.split(' ');
        return what === 'application' ? [{ id, state, user }] : [];
      }),
    tokens: async () => Number((await tell('tokens')).find((line) => line.startsWith('tokens '))?.slice(7)),
    files: (path, user) => filesAt(join(folder, 'conf/core-site.xml'), path, user),
    processes: (application) => inContainers(folder, application),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit');
        child.stdin.end();
        await ended;
      }
      for (const pid of await inContainers(folder)) killNow(pid);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** As every JVM reads them, those in containers too. */
const settingsOf = (kerberos: { readonly krb5Conf: string } | null): Record<string, string> =>
  kerberos === null ? {} : { JDK_JAVA_OPTIONS: `-Djava.security.krb5.conf=${kerberos.krb5Conf}` };

/** By WebHDFS. */
async function filesAt(settings: string, path: string, user = 'emberlab'): Promise<string[]> {
  const pattern = /<name>dfs\.namenode\.http-address<\/name>\s*<value>([^<]+)/;
  const [, address] = pattern.exec(await readFile(settings, 'utf8')) ?? [];
  const answer = await fetch(`http://${address}/webhdfs/v1${path}?op=LISTSTATUS&user.name=${user}`);
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`the file system answered ${answer.status}`);
  const { FileStatuses: all } = (await answer.json()) as { FileStatuses: { FileStatus: { pathSuffix: string }[] } };
  return all.FileStatus.map(({ pathSuffix }) => pathSuffix);
}

/** YARN tells each container which one it is, and where it works. */
async function inContainers(folder: string, application = 'application_'): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    // One that has ended meanwhile is none.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.includes('CONTAINER_ID=') && environment.includes(folder) && environment.includes(application)) {
      found.push(Number(pid));
    }
  }
  return found;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}
