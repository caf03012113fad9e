import { oneOf, textOf } from '../../lib/read-search.ts';

export const deliveryShows = ['open', 'delivered', 'given-up'] as const;

/** Which deliveries the page shows, as it stands in the address; what is missing is as usual. */
export type AlertsSearch = {
  show?: (typeof deliveryShows)[number] | undefined;
  receiver?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export function readAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  const receiver = textOf(search.receiver);
  return {
    show: oneOf(deliveryShows, search.show),
    receiver: receiver !== undefined && /^[a-z0-9]{8,40}$/.test(receiver) ? receiver : undefined,
  };
}
