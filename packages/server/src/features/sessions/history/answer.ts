import { request } from 'node:http';
import type { UiAddress } from '../../../engines/engine.ts';

/** Where a history server has the pages of an application. On YARN the log of one is named by its attempt too, which is a folder here. */
export const pagesOf = (applicationId: string): string =>
  `/history/${applicationId.replace(/^(application_\d+_\d+)_(\d+)$/, '$1/$2')}`;

/**
 * Asks for the first page of an application, which lets the server read its event log: this may take as long as that is. Answers whether the page
 * is there; false: not (yet).
 */
export function asksFirstPage(address: UiAddress, applicationId: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: address.port,
        path: `${pagesOf(applicationId)}/jobs/`,
        headers: address.headers,
        agent: false,
        signal,
      },
      (answer) => {
        answer.resume();
        answer.once('error', () => resolve(false));
        answer.once('end', () => resolve(answer.statusCode === 200));
      },
    );
    asked.once('error', () => resolve(false)).end();
  });
}
