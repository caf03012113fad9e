import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const read = (files: object | undefined, more: Record<string, string> = {}) =>
  readConfig({
    EMBERLAB_DATA: '/nowhere/emberlab',
    ...(files === undefined ? {} : { EMBERLAB_FILES: JSON.stringify(files) }),
    ...more,
  });
const keys = { EMBERLAB_FILES_ACCESS_KEY: 'id', EMBERLAB_FILES_SECRET_KEY: 'the secret one' };

describe('where the files of projects are', () => {
  it('is the data folder unless something else is said', () => {
    expect(read(undefined)).toMatchObject({ files: null, filesKeys: null });
  });

  it('may be HDFS, with a group for each project', () => {
    const { files } = read({ type: 'hdfs', addresses: ['http://a:9870/'], root: '/emberlab', user: 'emberlab' });
    expect(files).toMatchObject({ addresses: ['http://a:9870'], group: 'emberlab-{project}', on_behalf_of: null });
    const hdfs = { type: 'hdfs', addresses: ['http://a:9870'], root: '/emberlab', user: 'emberlab' };
    expect(() => read({ ...hdfs, group: 'everybody' })).toThrow('each project has a group of its own');
    expect(() => read({ ...hdfs, root: 'emberlab' })).toThrow('please write a whole path');
  });

  it('may be an object store, whose keys are never shown', () => {
    const config = read({ type: 's3', bucket: 'emberlab', prefix: '/teams/' }, keys);
    expect(config.files).toMatchObject({ prefix: 'teams/', endpoint: null });
    expect(config.filesKeys).toEqual({ accessKey: 'id', secretKey: 'the secret one' });
    expect(JSON.stringify(config.settings)).not.toContain('the secret one');
    expect(() => read({ type: 's3', bucket: 'emberlab' })).toThrow('files_access_key and files_secret_key are needed');
  });

  it('refuses what it does not know', () => {
    expect(() => read({ type: 'ftp' })).toThrow('please give it a type: hdfs or s3');
    expect(() => read({ type: 's3', bucket: 'emberlab', secret: 'x' }, keys)).toThrow('secret is not a setting of it');
  });
});
