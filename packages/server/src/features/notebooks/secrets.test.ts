import { defaultConfiguration, defaultPythonConfiguration } from '@emberlab/contract';
import { expect, it } from 'vitest';
import { withoutSecrets } from './secrets.ts';

const properties = [
  '# for the nightly run',
  'spark.sql.shuffle.partitions=8',
  'spark.hadoop.fs.s3a.secret.key=hush',
  'spark.hadoop.fs.s3a.access.key = hush',
  'SPARK.SSL.KEYPASSWORD=hush',
  'spark.executorEnv.API_TOKEN=hush',
  'spark.hadoop.fs.s3a.aws.credentials.provider=org.example.Provider',
  'spark.driverEnv.DATABASE=postgresql://ada:hush@db.example.org/flights',
  'spark.driverEnv.TOOL_OPTIONS=-Dtrust=all -Dstore.password=hush',
  'spark.hadoop.fs.azure.account.key.store=hush',
].join('\n');

it('leaves out what its name calls a secret, and keeps the rest', () => {
  expect(withoutSecrets({ ...defaultConfiguration, properties })).toEqual({
    ...defaultConfiguration,
    properties:
      '# for the nightly run\nspark.sql.shuffle.partitions=8\nspark.hadoop.fs.s3a.aws.credentials.provider=org.example.Provider',
  });
  expect(withoutSecrets(defaultConfiguration)).toEqual(defaultConfiguration);
  const python = { ...defaultPythonConfiguration, environment: 'LEVEL=1\nAPI_TOKEN=hush' };
  expect(withoutSecrets(python)).toEqual({ ...python, environment: 'LEVEL=1' });
});
