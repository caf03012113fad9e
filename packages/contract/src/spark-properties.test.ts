import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProperties } from './configuration/properties-text.ts';
import { propertyEntry, propertyName, propertyProblem, propertyTable } from './spark-properties.ts';

/** A name that a pattern fits. */
const example = (pattern: string) => pattern.replaceAll('*', 'x');
const barred = propertyTable.filter(({ rule }) => rule === 'pinned' || rule === 'refused');

describe('the table of properties', () => {
  it('has patterns in lower case, each decided by an entry of its own', () => {
    for (const { pattern } of propertyTable) {
      expect(pattern).toMatch(/^spark\.[a-z0-9_.*-]+$/);
      expect([pattern, propertyEntry(example(pattern))?.pattern]).toEqual([pattern, pattern]);
    }
  });

  it('lets no spelling of a barred name pass', () => {
    const spelling = fc.record({
      entry: fc.constantFrom(...barred),
      upper: fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
      prefixless: fc.boolean(),
      before: fc.constantFrom('', ' ', '\t', '\u00a0', '  '),
      after: fc.constantFrom('', ' ', '\t', '\u2003'),
      filler: fc.stringMatching(/^[a-z0-9_.]{1,8}$/),
    });
    fc.assert(
      fc.property(spelling, ({ entry, upper, prefixless, before, after, filler }) => {
        const name = entry.pattern.replaceAll('*', filler);
        // What follows a wildcard may be an exception from it, or fit a more special entry.
        fc.pre(barred.includes(propertyEntry(name) ?? entry));
        const short = prefixless ? name.slice('spark.'.length) : name;
        const cased = Array.from(short, (char, i) => (upper[i] === true ? char.toUpperCase() : char)).join('');
        fc.pre(/^[A-Za-z]/.test(cased));
        const written = `${before}${cased}${after}`;
        const { properties, problems } = parseProperties(`${written}=x`);
        expect([written, properties.size, problems.length]).toEqual([written, 0, 1]);
        expect(propertyProblem(propertyName(written) ?? '', 'x')).toBeDefined();
      }),
    );
  });

  it.each([
    'spark.sql.shuffle.partitions',
    'spark.hadoop.fs.s3a.access.key',
    'spark.hadoop.fs.s3a.endpoint',
    'spark.sql.extensions',
    'spark.sql.catalog.iceberg',
    'spark.executor.memory',
    'spark.dynamicAllocation.enabled',
    'spark.driver.maxResultSize',
    'spark.ui.retainedJobs',
    'spark.eventLog.logBlockUpdates.enabled',
    'spark.yarn.queue',
    'spark.kubernetes.executor.request.cores',
    'spark.executorEnv.TZ',
    'spark.livy.rsc.sql.num-rows',
  ])('leaves %s to its users', (name) => expect(propertyProblem(name, 'x')).toBeUndefined());
});

describe('values that are checked', () => {
  it.each([
    ['spark.executor.extraJavaOptions', '-XX:+UseG1GC -Duser.timezone=UTC -XX:MaxGCPauseMillis=200 -verbose:gc'],
    ['spark.jars.packages', 'io.delta:delta-spark_2.13:4.0.0, org.a:b:jar:1.0'],
    ['spark.jars.excludes', 'org.slf4j:slf4j-api'],
    ['spark.jars.repositories', 'https://repo.example.org/maven'],
    ['spark.hadoop.hadoop.security.credential.provider.path', 'jceks://hdfs@namenode/keys.jceks'],
    ['spark.hadoop.fs.s3a.impl', 'org.apache.hadoop.fs.s3a.S3AFileSystem'],
    ['spark.sql.hive.metastore.jars', 'maven'],
    ['spark.files', '/anything/is/looked/at/later'],
    ['spark.hadoop.fs.permissions.umask-mode', '007'],
    ['spark.hadoop.fs.permissions.umask-mode', '0002'],
  ])('%s may be %s', (name, value) => expect(propertyProblem(name, value)).toBeUndefined());

  it.each([
    ['spark.executor.extraJavaOptions', '-javaagent:/tmp/a.jar'],
    ['spark.executor.extraJavaOptions', '-XX:OnOutOfMemoryError=reboot'],
    ['spark.executor.extraJavaOptions', '-XX:Flags=/tmp/flags'],
    ['spark.executor.extraJavaOptions', '-Dlog4j2.configurationFile=http://a/b.xml'],
    ['spark.executor.extraJavaOptions', '-Dspark.plugins=a.B'],
    ['spark.executor.extraJavaOptions', '-Djava.security.policy=/tmp/p'],
    ['spark.executor.extraJavaOptions', '"-javaagent:a b"'],
    ['spark.executor.extraJavaOptions', '@/tmp/options'],
    ['spark.executor.defaultJavaOptions', '-agentpath:/tmp/a.so'],
    ['spark.yarn.am.extraJavaOptions', '-agentlib:jdwp=transport=dt_socket'],
    ['spark.jars.packages', 'file:/etc/passwd'],
    ['spark.jars.repositories', 'file:///etc'],
    ['spark.jars.repositories', 'https://a,file:/b'],
    ['spark.hadoop.hadoop.security.credential.provider.path', 'jceks://file/etc/keys.jceks'],
    ['spark.hadoop.fs.s3a.security.credential.provider.path', 'localjceks://file/etc/keys.jceks'],
    ['spark.hadoop.hadoop.security.key.provider.path', 'bcfks://file/x'],
    ['spark.hadoop.fs.hdfs.impl', 'org.apache.hadoop.fs.LocalFileSystem'],
    ['spark.hadoop.fs.foo.impl', 'org.apache.hadoop.fs.RawLocalFileSystem'],
    ['spark.hadoop.fs.foo.impl', 'org.apache.hadoop.fs.viewfs.ViewFileSystem'],
    ['spark.hadoop.fs.AbstractFileSystem.foo.impl', 'org.apache.hadoop.fs.local.LocalFs'],
    ['spark.sql.hive.metastore.jars', '/etc/hive/lib/*'],
    ['spark.checkpoint.dir', '/project/${spark.sub}'],
    ['spark.files', '${env:HOME}/x'],
    ['spark.hadoop.fs.permissions.umask-mode', '7'],
    ['spark.hadoop.fs.permissions.umask-mode', '008'],
    ['spark.hadoop.fs.permissions.umask-mode', '1002'],
    ['spark.hadoop.fs.permissions.umask-mode', '777'],
    ['spark.hadoop.fs.permissions.umask-mode', 'u=rwx,g=rx'],
  ])('%s may not be %s', (name, value) => {
    expect(propertyProblem(name, value)).toMatch(/can't have this value: /);
    expect(parseProperties(`${name}=${value}`).problems).toHaveLength(1);
  });
});
