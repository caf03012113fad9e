import { Agent, fetch as fetchThrough, type RequestInit as InitThrough } from 'undici';
import type { IndexSettingsStore } from './settings.ts';

/** Asks an index as `fetch` does; the certificate of a host that the administrator trusts is not checked. */
export function createSend(settings: IndexSettingsStore): { send: typeof fetch; close(): Promise<void> } {
  let closed: Promise<void> | null = null;
  const trusting = new Agent({ connect: { rejectUnauthorized: false } });
  return {
    async send(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      const { trustedHosts } = await settings.get();
      const trusted = trustedHosts.includes(url.host) || trustedHosts.includes(url.hostname);
      // A redirect would go to another host with the same trust.
      if (!trusted) return fetch(input, init);
      const how = { headers: init?.headers, signal: init?.signal, redirect: 'error', dispatcher: trusting };
      // Its own type of an answer differs from the standard one in what no reader uses.
      const answer: unknown = await fetchThrough(url, how as InitThrough);
      return answer as Response;
    },
    close: () => (closed ??= trusting.close()),
  };
}
