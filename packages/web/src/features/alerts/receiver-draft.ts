import type { AlertReceiver } from '@emberlab/contract';
import type { ZodType } from 'zod';
import { fieldErrors } from '../../lib/form-errors.ts';

/** What stands in the fields. */
export type ReceiverDraft = {
  readonly type: AlertReceiver['type'];
  readonly name: string;
  readonly url: string;
  readonly addresses: string;
};

export const draftOf = (receiver: AlertReceiver | null): ReceiverDraft => ({
  type: receiver?.type ?? 'webhook',
  name: receiver?.name ?? '',
  url: receiver?.type === 'webhook' ? receiver.target : '',
  addresses: receiver?.type === 'email' ? receiver.target.split(', ').join('\n') : '',
});

/** Lines, or what is between commas and semicolons. */
const linesOf = (text: string): string[] =>
  text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

export const toBody = ({ type, name, url, addresses }: ReceiverDraft): object =>
  type === 'webhook' ? { type, name, url } : { type, name, addresses: linesOf(addresses) };

/** Problems by field; one with a single address names it. */
export function errorsOf(schema: ZodType, draft: ReceiverDraft): Record<string, string> {
  const lines = linesOf(draft.addresses);
  const errors: Record<string, string> = {};
  for (const [path, message] of Object.entries(fieldErrors(schema, toBody(draft)))) {
    const [field = '', index] = path.split('.');
    errors[field] ??= index === undefined ? message : `${lines[Number(index)]}: ${message}`;
  }
  return errors;
}
