import { StorageError, type StorageFault } from '../storage.ts';

const faults: Readonly<Record<string, StorageFault>> = {
  NoSuchKey: 'absent',
  NotFound: 'absent',
  PreconditionFailed: 'changed',
  AccessDenied: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  NoSuchBucket: 'denied',
  KeyTooLongError: 'unfit',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
  EntityTooLarge: 'full',
};

type Told = { name?: string; Code?: string; message?: string; $metadata?: { httpStatusCode?: number } };

/** What a store said, as the port has it. */
export function faultOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { name = '', Code, message = '', $metadata } = error as Told;
  const status = $metadata?.httpStatusCode;
  const byStatus: StorageFault | undefined =
    status === 404 ? 'absent' : status === 412 ? 'changed' : status === 403 || status === 401 ? 'denied' : undefined;
  const fault = faults[Code ?? name] ?? faults[name] ?? byStatus ?? 'away';
  return new StorageError(fault, `the object store: ${Code ?? name} ${message}`.trim(), { cause: error });
}

/** Does it, with a `StorageError` for what goes wrong. */
export async function told<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw faultOf(error);
  }
}
