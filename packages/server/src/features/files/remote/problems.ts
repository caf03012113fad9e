import type { ErrorCode } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { StorageError, type StorageFault } from '../../../storage/storage.ts';
import { noEntry } from '../tree/problems.ts';

const messages: Readonly<Record<Exclude<StorageFault, 'absent'>, { code: ErrorCode; message: string }>> = {
  taken: {
    code: 'name_taken',
    message: 'There is something of that name already, and it was left as it is. Please take another name.',
  },
  misplaced: {
    code: 'bad_request',
    message: 'A folder cannot be moved into itself, and nothing can lie in a file. Please take another place.',
  },
  changed: { code: 'bad_request', message: 'The file was changed meanwhile. Please load it again.' },
  denied: {
    code: 'files_unavailable',
    message: 'The storage of the files does not let Emberlab do this. Please tell an administrator.',
  },
  full: {
    code: 'limit_reached',
    message: 'A quota of the storage of the files is reached. Please delete something for good.',
  },
  unfit: {
    code: 'bad_request',
    message:
      'The storage of the files can’t have this name: it is too long, or has a colon in it. Please take another.',
  },
  away: {
    code: 'files_unavailable',
    message: 'The storage of the files does not answer at the moment. Please try again, or tell an administrator.',
  },
};

/** What a storage says, for people; other errors stay as they are. */
export function explainedByStorage(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  if (error.fault === 'absent') return noEntry();
  const { code, message } = messages[error.fault];
  return new HttpError(code, { message, cause: error });
}

/** Does it, with an error for people where the storage did not. */
export async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw explainedByStorage(error);
  }
}
