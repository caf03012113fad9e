import { describe, expect, it } from 'vitest';
import { hasObjectStore, startObjectStore } from '../../testing/object-store.ts';
import { describeStorage } from '../storage.contract.ts';
import { createS3Storage } from './storage.ts';

const pageOf = 20;

const open = async () => {
  const store = await startObjectStore();
  const options = { ...(await store.bucket()), prefix: 'teams/ember lab/' };
  const storage = await createS3Storage(options, pageOf);
  return {
    store,
    options,
    storage,
    pageOf,
    async leftovers() {
      const answer = await fetch(`${store.address}/${options.bucket}?uploads`);
      return [...(await answer.text()).matchAll(/<UploadId>([^<]+)/g)].map(([, id = '']) => id);
    },
    async [Symbol.asyncDispose]() {
      storage.close();
      await store[Symbol.asyncDispose]();
    },
  };
};

if (hasObjectStore) describeStorage('files in an object store', open);

describe.skipIf(!hasObjectStore)('an object store', () => {
  it('shows as folders what other programs have written with slashes in its key', async () => {
    await using rig = await open();
    const { storage, store, options } = rig;
    await storage.prepare('churn');
    await fetch(`${store.address}/${options.bucket}/${options.prefix}churn/table/day=1/part-0.parquet`, {
      method: 'PUT',
      body: 'rows',
    });
    expect(await storage.stat('churn/table')).toMatchObject({ type: 'folder', changedAt: 0 });
    expect((await storage.list('churn')).entries.map(({ name }) => name)).toEqual(['table']);
    await storage.move('churn/table', 'churn/tables');
    expect(await storage.stat('churn/tables/day=1/part-0.parquet')).toMatchObject({ size: 4 });
    await storage.remove('churn/tables/day=1/part-0.parquet');
    expect(await storage.stat('churn/tables/day=1')).toMatchObject({ type: 'folder' });
  });

  it('says what is wrong with its settings', async () => {
    await using rig = await open();
    const elsewhere = await createS3Storage({ ...rig.options, bucket: 'nowhere' });
    await expect(elsewhere.check()).rejects.toMatchObject({ fault: 'denied', message: /NoSuchBucket/ });
    elsewhere.close();
    const away = await createS3Storage({ ...rig.options, endpoint: 'http://127.0.0.1:1' });
    await expect(away.check()).rejects.toMatchObject({ fault: 'away' });
    away.close();
  });
});
