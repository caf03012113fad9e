import { isUtf8 } from 'node:buffer';
import { basename } from 'node:path';
import { HttpError } from '../../../http/errors.ts';
import { partsOf, type Parts } from '../tree/path.ts';
import { noEntry } from '../tree/problems.ts';
import type { Tree } from '../tree/walk.ts';

/** The name of the project: that of its folder on this machine, where all that is no member's file lies. */
export const projectOf = ({ root }: Pick<Tree, 'root'>): string => basename(root);

/** Where names of a project's path are in a storage, whose names are texts. */
export function placeOf(tree: Pick<Tree, 'root'>, parts: Parts): string {
  if (!parts.every((part) => isUtf8(part))) {
    throw new HttpError('bad_request', { message: 'This name is not a text. Please take another.' });
  }
  return [projectOf(tree), ...parts.map((part) => part.toString())].join('/');
}

/** The same of a path as a request has it. Throws `not_found`. */
export function partsAt(path: string): Parts {
  const parts = partsOf(path);
  if (parts === null) throw noEntry();
  return parts;
}
