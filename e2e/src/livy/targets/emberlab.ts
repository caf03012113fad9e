import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { listProcesses, processesOf } from '../../leftovers.ts';
import { settingsOf, type Cluster, type StartCluster } from '../../clusters/cluster.ts';
import { Platform, runCommand } from '../../platform.ts';
import { hasSparkR } from '../../spark-r.ts';
import { outputLimitMb } from '../cases/text.ts';
import { startPatience, until } from '../api.ts';
import type { Ability, Kind, Target } from '../target.ts';

const owner = 'ada@example.org';
const other = 'bob@example.org';
const abilities: readonly Ability[] = [
  'sessions',
  'batches',
  'users',
  'restart',
  'processes',
  'start limit',
  'live output',
];

/** A platform of its own, as a person starts it, with two members of its project. `settings`: beside its usual ones. */
export class EmberlabTarget implements Target {
  readonly name: string;
  readonly is = 'emberlab';
  readonly version = '0.9.0-incubating';
  readonly kinds: readonly Kind[];
  readonly abilities = new Set<Ability>(abilities);
  readonly user = owner;
  readonly startLimit: number;
  headers: Record<string, string> = {};
  otherHeaders: Record<string, string> = {};
  extraHeaders: Record<string, string> = {};
  private platform: Platform | null = null;
  private settings: Readonly<Record<string, string>>;
  private cluster: Cluster | null = null;
  private readonly startCluster: StartCluster | null;

  /** `cluster`: where its drivers run; null: here */
  constructor(name: string, settings: Readonly<Record<string, string>> = {}, cluster: StartCluster | null = null) {
    this.name = name;
    this.startCluster = cluster;
    if (cluster !== null) this.abilities.delete('processes');
    this.kinds = hasSparkR() ? ['pyspark', 'spark', 'sql', 'sparkr'] : ['pyspark', 'spark', 'sql'];
    // As many as the contract starts together, so that one more is too many.
    this.startLimit = this.kinds.length + 1;
    this.settings = {
      ...settings,
      // One user gets half of the places.
      EMBERLAB_SESSION_START_LIMIT: String(2 * this.startLimit),
      EMBERLAB_STATEMENT_OUTPUT_LIMIT_MB: String(outputLimitMb),
      // The locale in which nothing but ASCII can be written.
      LANG: 'C',
      LC_ALL: 'C',
    };
  }

  get url(): string {
    return `http://127.0.0.1:${this.running.port}/livy/demo`;
  }

  get batchFolder(): string {
    return join(this.running.data, 'projects/demo');
  }

  async start(): Promise<void> {
    const platform = await Platform.prepare();
    this.platform = platform;
    if (this.startCluster !== null) {
      this.cluster = await this.startCluster(platform);
      this.settings = { ...this.settings, ...settingsOf(this.cluster) };
    }
    for (const [email, ...options] of [[owner, '--admin'], [other]] as const) {
      const account = ['user', 'add', email, ...options, '--password-stdin'];
      await runCommand('./emberlab', account, { env: platform.env, input: 'correct horse battery\n' });
    }
    this.headers = await this.login(owner);
    this.otherHeaders = await this.login(other);
    await platform.start(this.settings);
    await until(
      'the environment of the project',
      () => this.environment(),
      (state) => state === 'ready',
      { within: startPatience, every: 200 },
    );
    addMember(platform, other);
  }

  async restart(): Promise<void> {
    await this.running.stop();
    await this.running.start({ ...this.settings, EMBERLAB_LIVY_REQUESTED_BY: 'true' });
    this.extraHeaders = { 'x-requested-by': 'e2e' };
  }

  processesOf = (what: 'sessions' | 'batches', id: number): string[] =>
    processesOf(join(this.running.data, what, `${id}/`));

  killDriver(id: number): void {
    const folder = join(this.running.data, 'sessions', `${id}/`);
    const jvms = listProcesses(folder).filter(({ command }) => /\bjava .*SparkSubmit/.test(command));
    if (jvms.length === 0) throw new Error(`session ${id} has no driver`);
    for (const { pid } of jvms) process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.platform?.stop();
    await this.cluster?.[Symbol.asyncDispose]();
    await this.platform?.remove();
  }

  private get running(): Platform {
    if (this.platform === null) throw new Error('the platform has not been started');
    return this.platform;
  }

  private async login(email: string): Promise<Record<string, string>> {
    const words = ['token', 'create', '--user', email, '--name', 'livy'];
    const { stdout, stderr, code } = await runCommand('./emberlab', words, { env: this.running.env });
    if (code !== 0) throw new Error(stderr);
    return { authorization: `Bearer ${stdout.trim()}` };
  }

  private async environment(): Promise<string | undefined> {
    const answer = await fetch(`http://127.0.0.1:${this.running.port}/api/v1/projects/demo/environment`, {
      headers: this.headers,
    });
    return ((await answer.json()) as { current?: { state: string } | null }).current?.state;
  }
}

/** Lets somebody into the project: the API has no route for that yet. */
function addMember(platform: Platform, email: string): void {
  const db = new DatabaseSync(join(platform.data, 'emberlab.db'), { timeout: 10_000 });
  db.prepare(
    `insert into members (project_id, user_id, role, since)
     select projects.id, users.id, 'editor', 0 from projects, users where projects.name = 'demo' and users.email = ?`,
  ).run(email);
  db.close();
}
