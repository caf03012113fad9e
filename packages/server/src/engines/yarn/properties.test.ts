import { expect, test } from 'vitest';
import { batchProperties, sessionProperties, yarnFacts, type YarnPlaces } from './properties.ts';

const places: YarnPlaces = {
  queues: ['default', 'night'],
  sparkOnNodes: null,
  archive: null,
  python: null,
  packed: false,
};
const agent = { package: '/s/1/agent.zip', settings: '/s/1/agent.json' };
const spec = (properties: Record<string, string> = {}) => ({ appName: 'a.ipynb', properties });
const shared = { python: '/p/python', archive: null, tag: null };
const around = { tag: 'emberlab-1-x', python: shared, spark: null, events: null };

test('files of a request stay beside the agent’s, and what the platform decides wins', () => {
  const made = sessionProperties(
    spec({
      'spark.files': '/p/data.csv',
      'spark.submit.pyFiles': '/p/a.py,/p/b.py',
      'spark.master': 'local',
      'spark.yarn.maxAppAttempts': '5',
      'spark.emberlab.engine': 'hadoop',
      'spark.executor.memory': '2g',
    }),
    places,
    around,
    agent,
  );
  expect(made).toMatchObject({
    'spark.files': '/p/data.csv,/s/1/agent.json',
    'spark.submit.pyFiles': '/p/a.py,/p/b.py,/s/1/agent.zip',
    'spark.master': 'yarn',
    'spark.submit.deployMode': 'cluster',
    'spark.yarn.maxAppAttempts': '1',
    'spark.yarn.queue': 'default',
    'spark.yarn.tags': 'emberlab-1-x',
    'spark.executor.memory': '2g',
    'spark.executorEnv.PYSPARK_PYTHON': '/p/python',
  });
  expect(Object.keys(made)).not.toContain('spark.emberlab.engine');
  // A session is there with its driver, and those who want to wait for executors can.
  const waited = 'spark.scheduler.minRegisteredResourcesRatio';
  expect(made[waited]).toBe('0');
  expect(sessionProperties(spec({ [waited]: '0.8' }), places, around, agent)[waited]).toBe('0.8');
  expect(Object.keys(batchProperties(spec(), places, around))).not.toContain(waited);
});

test('Spark that was brought to the cluster is what an application has, and is tagged with', () => {
  const spark = { archive: 'hdfs:///e/spark-1.zip', tag: 'emberlab-spark-1' };
  expect(sessionProperties(spec({ 'spark.yarn.archive': 'x' }), places, { ...around, spark }, agent)).toMatchObject({
    'spark.yarn.archive': 'hdfs:///e/spark-1.zip',
    'spark.yarn.tags': 'emberlab-1-x,emberlab-spark-1',
  });
});

test('the queue is the request’s, and Spark and Python are where the settings say', () => {
  const made = sessionProperties(
    spec({ 'spark.yarn.queue': 'night' }),
    { ...places, sparkOnNodes: '/opt/spark', archive: 'hdfs:///spark.zip' },
    { ...around, python: { ...shared, python: '/usr/bin/python3' } },
    agent,
  );
  expect(made).toMatchObject({
    'spark.yarn.queue': 'night',
    'spark.yarn.jars': 'local:/opt/spark/jars/*',
    'spark.yarn.archive': 'hdfs:///spark.zip',
    'spark.yarn.appMasterEnv.PYSPARK_PYTHON': '/usr/bin/python3',
    'spark.yarn.appMasterEnv.PYSPARK_DRIVER_PYTHON': '/usr/bin/python3',
  });
});

test('drivers have the cores that they ask for, and executors of their own', () => {
  const { coresOf, place } = yarnFacts(places, { eventLogs: true });
  expect([coresOf({}), coresOf({ 'spark.driver.cores': '3' }), coresOf({ 'spark.driver.cores': 'x' })]).toEqual([
    1, 3, 1,
  ]);
  expect(place).toEqual({ type: 'yarn', master: 'yarn', executors: true });
});

test('a packed environment goes along beside the archives of a request, and its Python is the application’s', () => {
  const packed = { python: './there/bin/python', archive: 'hdfs:///e/python-1.tar.gz#there', tag: 'emberlab-python-1' };
  const batch = { ...spec({ 'spark.yarn.dist.archives': 'hdfs:///models.zip#models' }), environment: { DAY: '$1' } };
  expect(batchProperties(batch, places, { ...around, python: packed, events: 'hdfs:///e/1' })).toMatchObject({
    'spark.yarn.dist.archives': 'hdfs:///models.zip#models,hdfs:///e/python-1.tar.gz#there',
    'spark.yarn.appMasterEnv.PYSPARK_PYTHON': './there/bin/python',
    'spark.executorEnv.PYSPARK_PYTHON': './there/bin/python',
    'spark.yarn.tags': 'emberlab-1-x,emberlab-python-1',
    'spark.eventLog.dir': 'hdfs:///e/1',
    'spark.eventLog.rolling.enabled': 'true',
    'spark.yarn.appMasterEnv.DAY': '\\$1',
  });
});
