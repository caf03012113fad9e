import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { propertyTable } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { emptyJar } from '../testing/jar.ts';
import { createRig } from '../testing/rig.ts';
import { readCreate } from './request.ts';

test('refused requests leave nothing behind', async () => {
  await using rig = await createRig();
  const refused: [string, RegExp][] = [
    ['', /body/],
    ['[', /JSON/],
    ['[]', /body/],
    ['{"kind":"pyspark","foo":1}', /foo.*known fields are: kind/],
    ['{"kind":"pyspark","jars":"a"}', /jars/],
    ['{"kind":"pyspark","heartbeatTimeoutInSecond":"x"}', /heartbeat/],
    ['{"kind":1}', /kind/],
    ['{"kind":"PySpark"}', /^Invalid kind/],
    ['{"kind":"constructor"}', /^Invalid kind/],
    ['{"kind":"pyspark","conf":{"a":{}}}', /conf/],
    [
      '{"kind":"pyspark","conf":{"spark.submit.deployMode":"cluster"}}',
      /^Rejected, Reason: Blacklisted configuration values in session config: spark.submit.deployMode/,
    ],
    ['{"kind":"pyspark","conf":{" SUBMIT.deploymode ":"cluster"}}', /Blacklisted/],
    ['{"kind":"pyspark","conf":{"spark.driver.extraJavaOptions":"-agentpath:x"}}', /Blacklisted/],
    ['{"kind":"pyspark","conf":{"spark\\nmaster":"x"}}', /not the name/],
    ['{"kind":"pyspark","conf":{"spark.a":1,"A":2}}', /are the same Spark property/],
    [
      '{"kind":"pyspark","conf":{"spark.executor.extraJavaOptions":"-javaagent:x"}}',
      /^Rejected, Reason: spark.executor/,
    ],
    ['{"kind":"pyspark","jars":["a.jar"]}', /Path 'a.jar' is not absolute/],
    [
      JSON.stringify({ kind: 'pyspark', files: Array(10).fill(`hdfs:///${'a'.repeat(9000)}`) }),
      /may have at most 65536 characters in all/,
    ],
    ['{"kind":"pyspark","files":["file:/etc/passwd"]}', /Local path \/etc\/passwd cannot be added to user sessions/],
    ['{"kind":"pyspark","files":["FILE:///etc/passwd"]}', /cannot be added/],
    ['{"kind":"pyspark","archives":["local:/etc/passwd#x"]}', /cannot be added/],
    [
      '{"kind":"pyspark","conf":{"spark.archives":"/etc/passwd"}}',
      /cannot be added to user sessions\. It stands in spark\.archives; files have to lie in /,
    ],
    ['{"kind":"pyspark","conf":{"spark.jars":"lib.jar"}}', /is not absolute\. It stands in spark\.jars;/],
    ['{"kind":"pyspark","name":""}', /Invalid session name: \. Please take one /],
    ['{"kind":"pyspark","name":"123"}', /Invalid session name: 123/],
    ['{"kind":"pyspark","ttl":"abc"}', /Invalid time string: abc\. .*such as 90s/],
    ['{"kind":"pyspark","ttl":"5y"}', /Invalid suffix: "y"/],
    ['{"kind":"pyspark","ttl":"-5"}', /Invalid value: -5/],
    ['{"kind":"pyspark","driverMemory":"much"}', /"driverMemory" can't be "much"\. Please write a number and a unit/],
    ['{"kind":"pyspark","driverMemory":"0g"}', /"driverMemory" can't be "0g"\. Spark needs at least 450 MB/],
    ['{"kind":"pyspark","executorMemory":"2"}', /"executorMemory" can't be "2"\. Spark needs at least 450 MB/],
    ['{"kind":"pyspark","executorMemory":"10m"}', /at least 450 MB/],
    ['{"kind":"pyspark","conf":{"spark.executor.memory":"lots"}}', /"spark.executor.memory" can't be "lots"/],
    ['{"kind":"pyspark","conf":{"executor.cores":0}}', /"spark.executor.cores" can't be "0"/],
    ['{"kind":"pyspark","driverCores":-1}', /"driverCores" can't be -1\. Please write a number from 1/],
    ['{"kind":"pyspark","driverCores":"two"}', /"driverCores" can't be read\. Please write a whole number\.$/],
    ['{"kind":"pyspark","jars":[1]}', /"jars\.0" can't be read\. Please write a text\.$/],
    [
      '{"kind":"pyspark","conf":{"spark.driver.memory":"2g"}}',
      /spark\.driver\.memory \(set "driverMemory" instead, which is "Driver memory" on the Jupyter page\)/,
    ],
  ];
  for (const [raw, message] of refused) {
    const { status, body } = await rig.call('POST', '/sessions', {
      raw,
      headers: { 'content-type': 'application/json' },
    });
    expect([raw, status]).toEqual([raw, 400]);
    expect(body.msg).toMatch(message);
  }
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
  expect(rig.fake.launched).toEqual([]);
  for (const ttl of ['90s', '5min', '100']) {
    expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ttl } })).status).toBe(201);
  }
});

test('sizes: what a GET answers may be sent back, and every way of Spark to write one is taken', async () => {
  await using rig = await createRig();
  const { body } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const { driverMemory, driverCores, executorMemory, executorCores, numExecutors, conf } = body;
  expect([driverCores, executorCores, numExecutors]).toEqual([0, 0, 0]);
  const again = { driverMemory, driverCores, executorMemory, executorCores, numExecutors, conf };
  expect((await rig.call('POST', '/sessions', { body: again })).status).toBe(201);
  expect(Object.keys((await rig.driver(2)).spec.properties).filter((name) => /cores|instances/.test(name))).toEqual([]);

  // the first goes to the driver's JVM as it is
  const sizes = { driverMemory: '1gb', executorMemory: '2048' };
  expect((await rig.call('POST', '/sessions', { body: sizes })).status).toBe(201);
  expect((await rig.driver(3)).spec.properties).toMatchObject({
    'spark.driver.memory': '1024m',
    'spark.executor.memory': '2048',
  });
  expect((await rig.call('POST', '/sessions', { body: { driverMemory: '450m' } })).status).toBe(201);
});

test('a file that is missing is called so in the project, and nowhere else', async () => {
  await using rig = await createRig();
  const { projectFolder } = rig;
  await symlink('/etc/absent', `${projectFolder}/dangling`);
  await symlink('/etc', `${projectFolder}/out`);
  const said = async (path: string) =>
    String((await rig.call('POST', '/sessions', { body: { kind: 'pyspark', files: [path] } })).body.msg);
  for (const path of [`${projectFolder}/absent.csv`, `file:${projectFolder}/no/such.csv`]) {
    expect(await said(path)).toContain(`There is no file ${path.replace('file:', '')} in the project's folder`);
  }
  for (const path of [
    `${projectFolder}/dangling`,
    `${projectFolder}/dangling/x`,
    `${projectFolder}/out/absent`,
    '/etc/absent',
  ]) {
    expect(await said(path)).toContain(`Local path ${path} cannot be added to user sessions.`);
  }
});

test('what is no jar is not taken for one', async () => {
  await using rig = await createRig();
  const text = `${rig.projectFolder}/words.jar`;
  await writeFile(text, 'some words');
  for (const body of [{ jars: [text] }, { conf: { 'spark.jars': text } }]) {
    const { status, body: answer } = await rig.call('POST', '/sessions', { body });
    expect([status, answer.msg]).toEqual([400, expect.stringContaining('words.jar is not a jar. Please name a file')]);
  }
});

test('files must lie in the project, however their path is written', async () => {
  await using rig = await createRig();
  const { projectFolder: project } = rig;
  await writeFile(`${project}/ok.py`, '');
  await writeFile(`${project}/a b.py`, '');
  await symlink('/etc', `${project}/out`);
  await mkdir(`${project}2`);
  await writeFile(`${project}2/x.py`, '');
  // names that mean something else to whoever reads them as an address or as a pattern
  await mkdir(`${project}/%2e%2e/demo2`, { recursive: true });
  await writeFile(`${project}/%2e%2e/demo2/x.py`, '');
  await symlink('/etc/passwd', `${project}/x`);
  for (const name of ['x?y', '[x]', '?', '*', '{x}']) await writeFile(`${project}/${name}`, '');
  const post = async (pyFiles: string[]) =>
    (await rig.call('POST', '/sessions', { body: { kind: 'pyspark', pyFiles } })).status;
  for (const good of [
    `${project}/ok.py`,
    `file://${project}/ok.py#alias`,
    `file:${project}/a%20b.py`,
    'hdfs://namenode/a.py',
    's3a://bucket/a.py#b',
  ]) {
    expect([good, await post([good])]).toEqual([good, 201]);
  }
  for (const bad of [
    `file:${project}/../../../../etc/passwd`,
    `${project}/out/passwd`,
    `${project}2/x.py`,
    `${project}/ok.py,/etc/passwd`,
    `file:${project}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd`,
    `${project}/%2e%2e/demo2/x.py#a`,
    `file:${project}/out/../ok.py`,
    `${project}/x?y#a`,
    `${project}/[x]`,
    `${project}/?`,
    `${project}/*`,
    `${project}/{x}`,
    `${project}/absent.py`,
    `${project}/ok.py#../../up`,
    'hdfs://namenode/a.zip#../up',
    'file://elsewhere/etc/passwd',
    'har:///etc/a.har',
    'viewfs://mine/passwd',
    'jar:file:/etc/a.jar!/b',
    'etc:/passwd',
  ]) {
    expect([bad, await post([bad])]).toEqual([bad, 400]);
  }
});

test.each(propertyTable.filter(({ rule }) => rule === 'pinned' || rule === 'refused').map(({ pattern }) => [pattern]))(
  'nobody sets %s',
  async (pattern) => {
    const written = ` ${pattern.replaceAll('*', 'x').slice('spark.'.length).toUpperCase()} `;
    const create = readCreate({ conf: { [written]: '1' } }, { ownerEmail: '', projectFolder: '/', notebook: null });
    await expect(create).rejects.toThrow('Blacklisted configuration values in session config: ');
  },
);

test.each(
  propertyTable.filter(({ rule }) => rule === 'files' || rule === 'folder').map(({ pattern, rule }) => [pattern, rule]),
)('the paths in %s are looked at', async (pattern, rule) => {
  await using rig = await createRig();
  const post = async (value: string) => {
    const body = { conf: { [pattern.slice('spark.'.length)]: value } };
    return (await rig.call('POST', '/sessions', { body })).status;
  };
  await symlink('/etc', `${rig.projectFolder}/out`);
  await writeFile(`${rig.projectFolder}/here.jar`, emptyJar);
  const values = [
    '/etc/passwd',
    'file:///etc/passwd',
    `${rig.projectFolder}/out/passwd`,
    `${rig.projectFolder}/out/new`,
  ];
  for (const value of values) expect([value, await post(value)]).toEqual([value, 400]);
  expect(await post(`${rig.projectFolder}/here.jar`)).toBe(201);
  expect(await post(`${rig.projectFolder}/new/one`)).toBe(rule === 'folder' ? 201 : 400);
});
