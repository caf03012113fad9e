import { HttpError } from '../../../http/errors.ts';

export const noEntry = (): HttpError =>
  new HttpError('not_found', { message: 'There is no such file or folder in the project.' });

export const noFolder = (): HttpError =>
  new HttpError('not_found', { message: 'There is no such folder in the project.' });

export const notAllowed = (): HttpError =>
  new HttpError('forbidden', {
    message: 'Whoever made this file or folder has closed it to the other members. Please ask them.',
  });

export const belongsToProject = (name: string): HttpError =>
  new HttpError('bad_request', {
    message: `${name} belongs to the project itself: only what is in it can be moved or deleted.`,
  });

export const taken = (name: string): HttpError =>
  new HttpError('name_taken', {
    message: `There is ${name} already, and it was left as it is. Please take another name.`,
  });

const messages: Readonly<Record<string, { code: 'bad_request' | 'limit_reached' | 'forbidden'; message: string }>> = {
  ENOSPC: { code: 'limit_reached', message: 'There is no room left on the disk. Please delete something for good.' },
  EDQUOT: { code: 'limit_reached', message: 'There is no room left on the disk. Please delete something for good.' },
  ENAMETOOLONG: { code: 'bad_request', message: 'This name is too long. Please take a shorter one.' },
  EACCES: { code: 'forbidden', message: notAllowed().message },
  EPERM: { code: 'forbidden', message: notAllowed().message },
  EROFS: { code: 'forbidden', message: 'The disk can only be read at the moment. Please tell an administrator.' },
};

const vanished: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE']);

/** What the machine says of files, for people; what it says of other things stays as it is. */
export function explained(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (vanished.has(code)) return noEntry();
  const known = messages[code];
  return known === undefined ? error : new HttpError(known.code, { message: known.message, cause: error });
}
