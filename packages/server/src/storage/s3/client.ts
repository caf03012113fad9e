import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { faultOf, told } from './faults.ts';

export type S3Options = {
  /** its address; null: that of AWS in the region */
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
  /** before all keys; empty, or with a slash at its end */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
};

export type StoredObject = {
  readonly key: string;
  readonly size: number;
  readonly changedAt: number;
  readonly tag: string;
};
type ObjectPage = { readonly objects: StoredObject[]; readonly folders: string[]; readonly next: string | null };

/** The most that a server copies by itself in one request. */
const mostCopied = 5 * 1024 ** 3;
const pieceCopied = 1024 ** 3;
/** Parts of an upload, which S3 counts up to 10,000: so one file may have 160 GB. Each that is on its way is in our memory as a whole. */
const partBytes = 16 * 1024 ** 2;

/** As much of S3 as we use. Keys are whole; `pageOf`: as many as a page of a listing has at most. The SDK is loaded where there is such a store. */
export async function createS3Client(options: S3Options, pageOf = 1000) {
  const sdk = await import('@aws-sdk/client-s3');
  const { Upload } = await import('@aws-sdk/lib-storage');
  const { bucket: Bucket, endpoint } = options;
  const client: S3Client = new sdk.S3Client({
    region: options.region,
    forcePathStyle: true,
    // A store that takes a connection and says nothing is away; a large copy on its side takes its time.
    requestHandler: { connectionTimeout: 5000, socketTimeout: 300_000 },
    credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
    // Sums in trailers are what many stores beside AWS's don't read.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === null ? {} : { endpoint }),
  });
  const sourceOf = (key: string): string => `${Bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;

  async function copyLarge(from: string, to: string, size: number): Promise<void> {
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: to }));
    const upload = { Bucket, Key: to, UploadId };
    try {
      const parts = [];
      for (let at = 0, number = 1; at < size; at += pieceCopied, number += 1) {
        const range = `bytes=${at}-${Math.min(at + pieceCopied, size) - 1}`;
        const { CopyPartResult } = await client.send(
          new sdk.UploadPartCopyCommand({
            ...upload,
            PartNumber: number,
            CopySource: sourceOf(from),
            CopySourceRange: range,
          }),
        );
        parts.push({ PartNumber: number, ETag: CopyPartResult?.ETag });
      }
      await client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  return {
    /** null: there is no such object. */
    async head(key: string): Promise<StoredObject | null> {
      try {
        const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: key }));
        return {
          key,
          size: head.ContentLength ?? 0,
          changedAt: head.LastModified?.getTime() ?? 0,
          tag: head.ETag ?? '',
        };
      } catch (error) {
        const known = faultOf(error);
        if (known.fault === 'absent') return null;
        throw known;
      }
    },

    /** Objects by what their keys begin with. `flat`: what has another slash behind that is a folder. */
    async list(
      prefix: string,
      { flat, next = null, most = pageOf }: { flat: boolean; next?: string | null; most?: number },
    ): Promise<ObjectPage> {
      const page = await told(
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket,
            Prefix: prefix,
            MaxKeys: most,
            ...(flat ? { Delimiter: '/' } : {}),
            ...(next === null ? {} : { ContinuationToken: next }),
          }),
        ),
      );
      const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified, ETag = '' }) => ({
        key: Key,
        size: Size,
        changedAt: LastModified?.getTime() ?? 0,
        tag: ETag,
      }));
      const folders = (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix);
      return { objects, folders, next: page.NextContinuationToken ?? null };
    },

    async get(key: string, range: string, tag: string): Promise<Readable> {
      const { Body } = await told(
        client.send(new sdk.GetObjectCommand({ Bucket, Key: key, Range: range, IfMatch: tag })),
      );
      if (!(Body instanceof Readable)) throw faultOf(new Error('no content came'));
      return Body;
    },

    /** An object of a few bytes. Throws `changed` where `fresh` and there is one. */
    put: async (key: string, fresh: boolean): Promise<void> =>
      void (await told(
        client.send(
          new sdk.PutObjectCommand({
            Bucket,
            Key: key,
            Body: '',
            ContentLength: 0,
            ...(fresh ? { IfNoneMatch: '*' } : {}),
          }),
        ),
      )),

    /** An object while it comes, in parts where it is large: it is there at once at the end, or not at all. */
    async upload(key: string, content: AsyncIterable<Uint8Array>, fresh: boolean): Promise<void> {
      const upload = new Upload({
        client,
        partSize: partBytes,
        queueSize: 1,
        params: {
          Bucket,
          Key: key,
          Body: Readable.from(content, { objectMode: false }),
          ...(fresh ? { IfNoneMatch: '*' } : {}),
        },
      });
      await upload.done();
    },

    /** A copy beside; the server makes it. */
    copy: async ({ key, size }: Pick<StoredObject, 'key' | 'size'>, to: string): Promise<void> =>
      told(
        size > mostCopied
          ? copyLarge(key, to, size)
          : client
              .send(new sdk.CopyObjectCommand({ Bucket, Key: to, CopySource: sourceOf(key) }))
              .then(() => undefined),
      ),

    /** At most a thousand. */
    async remove(keys: readonly string[]): Promise<void> {
      if (keys.length === 0) return;
      const answer = await told(
        client.send(
          new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
        ),
      );
      const [failed] = answer.Errors ?? [];
      if (failed !== undefined) throw faultOf({ name: failed.Code ?? '', message: failed.Message ?? '' });
    },

    /** Throws where the bucket isn't there for us. */
    checkBucket: async (): Promise<void> =>
      void (await told(client.send(new sdk.ListObjectsV2Command({ Bucket, MaxKeys: 1 })))),

    close: (): void => client.destroy(),
  };
}
