import type { Config } from './config.ts';
import type { RemoteFiles } from './features/files/index.ts';
import { createHdfsStorage } from './storage/hdfs/storage.ts';
import { createS3Storage } from './storage/s3/storage.ts';

/** Where the files of projects are, as the settings say; null: in the data folder. */
export async function openProjectStorage({ files, filesKeys }: Config): Promise<RemoteFiles | null> {
  if (files === null) return null;
  if (files.type === 's3') {
    if (filesKeys === null) throw new Error('the settings have an object store without its keys');
    const { endpoint, region, bucket, prefix } = files;
    return { kind: 's3', storage: await createS3Storage({ endpoint, region, bucket, prefix, ...filesKeys }) };
  }
  const { addresses, root, user, group, on_behalf_of: onBehalfOf } = files;
  return { kind: 'hdfs', storage: createHdfsStorage({ addresses, root, user, group, onBehalfOf }) };
}
