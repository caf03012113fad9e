/**
 * What users may say about a Spark property. `free`: anything · `files`: paths of files, a comma between them, which must lie in the project or on
 * another file system · `folder`: the same for one path, which may not exist yet · `java`: options of a JVM, of the harmless kinds · `packages`: Maven
 * coordinates · `repositories`: addresses of Maven repositories · `keys`: key stores outside this machine · `file-system`: a class that reads no files of this
 * machine · `metastore`: where the classes of a Hive metastore come from · `umask`: an octal mask · `pinned`: the platform sets it itself · `refused`: it would let a property do what only code may.
 */
export type PropertyRule =
  | 'free'
  | 'files'
  | 'folder'
  | 'java'
  | 'packages'
  | 'repositories'
  | 'keys'
  | 'file-system'
  | 'metastore'
  | 'umask'
  | 'pinned'
  | 'refused';

/** `pattern`: a name in lower case, `*` for any part of one. `reason` ends "… can't be set here: ", or says what a checked value has to be. */
export type PropertyEntry = { readonly pattern: string; readonly rule: PropertyRule; readonly reason: string };

const placed = 'the platform decides where Spark runs';
const reached = 'the driver is reached through the platform only';
const ui = 'the Spark UI is reached through the platform only';
const rights = 'its classes would run inside the driver with its rights; code belongs into cells and jobs';
const identity = 'who an application acts as is known from the login';
const python = 'Python comes from the project environment';
const environment = 'this variable decides which programs and libraries are loaded';
const inProject = 'the paths must lie in the project, or on another file system';
const folderInProject = 'the path must lie in the project, or on another file system';
const jvm = 'only -D, -XX:+Name, -XX:-Name, -XX:Name=number and -verbose are taken, without quotes';
const links = 'how the parts of an application trust each other is the platform’s business';
const pods = 'the platform describes the pods';
const scripts = 'a program that runs on the workers is chosen by an administrator';

const pinned = (reason: string, ...patterns: string[]): PropertyEntry[] =>
  patterns.map((pattern) => ({ pattern, rule: 'pinned', reason }));
const refused = (reason: string, ...patterns: string[]): PropertyEntry[] =>
  patterns.map((pattern) => ({ pattern, rule: 'refused', reason }));
const checked = (rule: PropertyRule, reason: string, ...patterns: string[]): PropertyEntry[] =>
  patterns.map((pattern) => ({ pattern, rule, reason }));
const free = (reason: string, ...patterns: string[]): PropertyEntry[] =>
  patterns.map((pattern) => ({ pattern, rule: 'free', reason }));

/**
 * Every property that is not free, and the exceptions from a wider pattern below them: the first entry that fits decides, and what no entry names is free.
 * The form on the Jupyter page and the Livy gateway both go by this table; `docs/reference/properties.md` is made from it.
 */
export const propertyTable: readonly PropertyEntry[] = [
  // Where and as what the application runs
  ...pinned(placed, 'spark.master', 'spark.remote', 'spark.local.connect', 'spark.connect.*', 'spark.api.mode'),
  ...pinned(placed, 'spark.hadoop.yarn.resourcemanager.*', 'spark.home', 'spark.test.home', 'spark.driver.supervise'),
  ...pinned('the platform decides where the driver runs', 'spark.submit.deploymode'),
  ...pinned('the platform names the application after its notebook', 'spark.app.*', 'spark.yarn.tags'),
  ...pinned('set "Driver memory" instead', 'spark.driver.memory'),
  ...pinned('set "Driver cores" instead', 'spark.driver.cores'),
  ...pinned(
    reached,
    'spark.driver.host',
    'spark.driver.bindaddress',
    'spark.driver.port',
    'spark.driver.blockmanager.port',
  ),
  ...pinned(reached, 'spark.blockmanager.port', 'spark.fileserver.*', 'spark.broadcast.port'),
  ...pinned('the platform keeps the log of the driver', 'spark.driver.log.*'),
  ...pinned('scratch files lie in a folder of the session’s own', 'spark.local.dir'),
  ...free('the engine that runs the application', 'spark.emberlab.engine'),
  ...pinned('these properties are Emberlab’s own', 'spark.emberlab.*'),
  ...pinned('the interpreters are the platform’s', 'spark.repl.*'),
  ...pinned('these properties are Livy’s own', 'spark.__livy__.*'),
  ...pinned(identity, 'spark.yarn.keytab', 'spark.yarn.principal', 'spark.kerberos.*', 'spark.security.credentials.*'),
  ...pinned(identity, 'spark.hadoop.hadoop.security.authentication', 'spark.hadoop.hadoop.security.authorization'),
  ...pinned(identity, 'spark.hadoop.hadoop.proxyuser.*', 'spark.hadoop.hadoop.security.auth_to_local*'),
  ...pinned(identity, 'spark.acls.*', 'spark.admin.acls*', 'spark.modify.acls*', 'spark.user.groups.mapping'),

  // Code that would come in by a property
  ...refused('put jars into spark.jars instead', 'spark.driver.extraclasspath', 'spark.executor.extraclasspath'),
  ...refused('native libraries are installed by an administrator', 'spark.*.extralibrarypath'),
  ...refused('the order of classes is the platform’s', 'spark.*.userclasspathfirst'),
  ...pinned(
    'the platform sets the options of the JVM',
    'spark.driver.extrajavaoptions',
    'spark.driver.defaultjavaoptions',
  ),
  ...checked('java', jvm, 'spark.*.extrajavaoptions', 'spark.*.defaultjavaoptions'),
  ...refused(rights, 'spark.extralisteners', 'spark.plugins*', 'spark.streaming.extralisteners'),
  ...refused(rights, 'spark.sql.queryexecutionlisteners', 'spark.sql.streaming.streamingquerylisteners'),
  ...refused(scripts, 'spark.*.discoveryscript', 'spark.resources.discoveryplugin', 'spark.hadoop.*.script.file.name'),
  ...refused(scripts, 'spark.hadoop.hadoop.security.group.mapping*', 'spark.hadoop.net.topology.*'),
  ...pinned(python, 'spark.pyspark.*', 'spark.sql.execution.pyspark.python', 'spark.python.daemon.*'),
  ...pinned(python, 'spark.python.worker.module', 'spark.python.use.daemon'),
  ...pinned(
    'R comes with the platform',
    'spark.r.command',
    'spark.r.driver.command',
    'spark.r.shell.command',
    'spark.sparkr.*',
  ),

  // Environment variables of executors, application masters and pods
  ...['executorenv', 'yarn.appmasterenv', 'kubernetes.driverenv'].flatMap((part) => [
    ...refused(environment, `spark.${part}.ld_*`, `spark.${part}.path`, `spark.${part}.python*`, `spark.${part}.r_*`),
    ...refused(
      environment,
      `spark.${part}.*java*`,
      `spark.${part}.*jdk*`,
      `spark.${part}.*classpath*`,
      `spark.${part}.home`,
    ),
    ...refused(
      environment,
      `spark.${part}.spark_*`,
      `spark.${part}.pyspark_*`,
      `spark.${part}.bash_env`,
      `spark.${part}.env`,
    ),
    ...refused(environment, `spark.${part}.yarn_*`, `spark.${part}.container_*`, `spark.${part}.log_dirs`),
    ...refused(environment, `spark.${part}.local_dirs`, `spark.${part}.pwd`),
    ...refused(identity, `spark.${part}.hadoop_*`, `spark.${part}.krb5*`, `spark.${part}.emberlab_*`),
  ]),
  ...free('all other variables of executors', 'spark.executorenv.*', 'spark.yarn.appmasterenv.*'),

  // What may be seen of an application
  ...free('what the Spark UI remembers', 'spark.ui.retained*', 'spark.ui.timeline.*', 'spark.ui.liveupdate.*'),
  ...pinned('the Spark UI is part of the Jupyter page', 'spark.ui.enabled'),
  ...pinned(ui, 'spark.ui.*', 'spark.*.param.*'),
  ...free('the prefix of an application’s metrics', 'spark.metrics.namespace'),
  ...refused('a sink of metrics opens ports and writes files', 'spark.metrics.*'),
  ...refused('it keeps passwords out of pages and logs', 'spark.redaction.*', 'spark.sql.redaction.*'),
  ...pinned(
    links,
    'spark.authenticate*',
    'spark.network.crypto.*',
    'spark.network.sasl.*',
    'spark.ssl.*',
    'spark.io.encryption.keygen.*',
  ),
  ...free(
    'what the event log holds',
    'spark.eventlog.logblockupdates.enabled',
    'spark.eventlog.logstageexecutormetrics',
    'spark.eventlog.longform.enabled',
    'spark.eventlog.gcmetrics.*',
  ),
  ...pinned('the platform keeps the event log, for the Spark UI of finished applications', 'spark.eventlog.*'),

  // Files and packages
  ...checked('files', inProject, 'spark.jars', 'spark.files', 'spark.archives', 'spark.submit.pyfiles'),
  ...checked(
    'files',
    inProject,
    'spark.yarn.dist.files',
    'spark.yarn.dist.jars',
    'spark.yarn.dist.archives',
    'spark.yarn.dist.pyfiles',
  ),
  ...checked('files', inProject, 'spark.sql.hive.metastore.jars.path', 'spark.scheduler.allocation.file'),
  ...checked('packages', 'please write group:artifact:version, a comma between them', 'spark.jars.packages'),
  ...checked('packages', 'please write group:artifact, a comma between them', 'spark.jars.excludes'),
  ...checked(
    'repositories',
    'please write addresses that begin with https:// or http://, a comma between them',
    'spark.jars.repositories',
  ),
  ...checked('folder', folderInProject, 'spark.jars.ivy'),
  ...refused('set spark.jars.repositories instead', 'spark.jars.ivysettings'),
  ...checked(
    'folder',
    folderInProject,
    'spark.sql.warehouse.dir',
    'spark.checkpoint.dir',
    'spark.sql.streaming.checkpointlocation',
  ),
  ...checked(
    'folder',
    folderInProject,
    'spark.storage.decommission.fallbackstorage.path',
    'spark.hadoop.hive.metastore.warehouse.dir',
  ),
  ...checked(
    'folder',
    folderInProject,
    'spark.hadoop.hadoop.tmp.dir',
    'spark.hadoop.fs.s3a.buffer.dir',
    'spark.hadoop.hive.exec.scratchdir',
    'spark.hadoop.hive.exec.local.scratchdir',
    'spark.hive.exec.scratchdir',
    'spark.hive.exec.local.scratchdir',
    'spark.python.profile.dump',
  ),
  ...refused('tables are kept in the project', 'spark.hadoop.javax.jdo.*', 'spark.hadoop.hive.javax.jdo.*'),
  ...checked('folder', folderInProject, 'spark.hive.metastore.warehouse.dir'),
  ...checked('metastore', 'please write builtin, maven or path', 'spark.sql.hive.metastore.jars'),
  ...refused(
    rights,
    'spark.hive.aux.jars.path',
    'spark.hadoop.hive.aux.jars.path',
    'spark.hadoop.hive.added.*',
    'spark.hive.*.hooks',
    'spark.hadoop.hive.*.hooks',
  ),

  // Hadoop
  ...checked(
    'umask',
    'please write an octal mask that leaves the owner all rights, such as 007, 027 or 0002',
    'spark.hadoop.fs.permissions.umask-mode',
  ),
  ...checked(
    'keys',
    'the key store must not be a file of this machine',
    'spark.hadoop.*provider.path',
    'spark.hadoop.*provider.uri',
  ),
  ...refused(scripts, 'spark.hadoop.*.script'),
  ...refused(rights, 'spark.hadoop.*keyprovider*'),
  ...checked('file-system', 'the class must not be one that reads files of this machine', 'spark.hadoop.fs.*.impl'),
  ...refused('it would give files of this machine another name', 'spark.hadoop.fs.viewfs.*', 'spark.hadoop.fs.local.*'),
  ...refused(
    'a password file is read with the rights of the driver',
    'spark.hadoop.*.keytab*',
    'spark.hadoop.*password.file',
    'spark.hadoop.*.keystore*',
    'spark.hadoop.*.truststore*',
  ),

  // Clusters
  ...free(
    'the queue and the sizes of a YARN application',
    'spark.yarn.queue',
    'spark.yarn.priority',
    'spark.yarn.executor.*',
  ),
  ...free(
    'the sizes of the application master',
    'spark.yarn.am.cores',
    'spark.yarn.am.memory*',
    'spark.yarn.am.nodelabelexpression',
  ),
  ...free(
    'failures and waits',
    'spark.yarn.max*',
    'spark.yarn.scheduler.*',
    'spark.yarn.exclude.*',
    'spark.yarn.submit.file.replication',
  ),
  ...pinned('the platform describes the YARN application', 'spark.yarn.*'),
  ...free(
    'the sizes of executors',
    'spark.kubernetes.memoryoverheadfactor',
    'spark.kubernetes.executor.request.cores',
    'spark.kubernetes.executor.limit.cores',
  ),
  ...pinned(pods, 'spark.kubernetes.*'),
  ...pinned(placed, 'spark.submit.*', 'spark.deploy.*'),
];

const compiled = propertyTable.map((entry) => ({
  entry,
  regex: new RegExp(`^${entry.pattern.replace(/[.$]/g, '\\$&').replaceAll('*', '.*')}$`),
}));

/** The name that Spark knows a property by: without spaces around it and with the prefix that people leave out. null: not a name. */
export function propertyName(written: string): string | null {
  const name = written.trim();
  if (!/^[A-Za-z_][\w.\-$]*$/.test(name)) return null;
  return /^spark\./i.test(name) ? `spark.${name.slice('spark.'.length)}` : `spark.${name}`;
}

/** What the table says about a property, by the name that Spark knows it by; null: it is free. Case is ignored: Spark does not, but a look-alike must not pass. */
export function propertyEntry(name: string): PropertyEntry | null {
  const key = name.toLowerCase();
  return compiled.find(({ regex }) => regex.test(key))?.entry ?? null;
}

/** Why a property can't be set by users at all, if so. */
export function pinnedReason(name: string): string | undefined {
  const entry = propertyEntry(name);
  return entry?.rule === 'pinned' || entry?.rule === 'refused' ? entry.reason : undefined;
}

/** The entries of a list in a property's value. */
export const propertyList = (value: string): string[] =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const safeOption =
  /^(-D(?!(spark|java|javax|jdk|sun|com\.sun|log4j\d?|org\.apache\.logging|hadoop)\.)[A-Za-z][\w.-]*(=[^\s"'`$\\]*)?|-XX:[+-]\w+|-XX:\w+=\d+[kmgt]?|-verbose:\w+)$/i;
const remoteStore = /^((jceks|bcfks):\/\/(?!file@|local)\w+@\S+|kms:\/\/https?@\S+|user:\/\/\/)$/i;

const checks: Readonly<Partial<Record<PropertyRule, (value: string) => boolean>>> = {
  java: (value) => value.split(/\s+/).every((option) => option === '' || safeOption.test(option)),
  packages: (value) => propertyList(value).every((entry) => /^[\w.-]+(:[\w.*-]+){1,3}$/.test(entry)),
  repositories: (value) => propertyList(value).every((entry) => /^https?:\/\/[^\s@]+$/i.test(entry)),
  keys: (value) => propertyList(value).every((entry) => remoteStore.test(entry)),
  'file-system': (value) => /^[\w.$]+$/.test(value.trim()) && !/local|checksum|viewf|harf|filterf|proxy/i.test(value),
  umask: (value) => /^0{1,2}[0-7]{2}$/.test(value.trim()),
  metastore: (value) => ['builtin', 'maven', 'path'].includes(value.trim()),
};

/** Why a property can't have this value, as far as that can be told without looking at files. undefined: it may. */
export function propertyProblem(name: string, value: string): string | undefined {
  const entry = propertyEntry(name);
  if (entry === null) return undefined;
  if (entry.rule === 'pinned' || entry.rule === 'refused') return `${name} can't be set here: ${entry.reason}.`;
  // Spark would put something else in its place, after all checks.
  const replaced = entry.rule !== 'free' && value.includes('${');
  const allowed = !replaced && (checks[entry.rule]?.(value) ?? true);
  return allowed ? undefined : `${name} can't have this value: ${entry.reason}.`;
}
