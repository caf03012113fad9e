const certificate =
  'its certificate is not trusted here. Where your organisation has a certificate authority of its own, name its file in NODE_EXTRA_CA_CERTS for Emberlab';

/** What Node's errors mean to people, by their codes. */
const meanings: Readonly<Record<string, (place: string, host: string) => string>> = {
  ENOTFOUND: (_, host) => `no machine with the name ${host} is known`,
  ENODATA: (_, host) => `no machine with the name ${host} is known`,
  EAI_AGAIN: (_, host) => `the name ${host} can't be looked up`,
  ECONNREFUSED: (place) => `nothing listens at ${place}`,
  EHOSTUNREACH: (place) => `there is no way to ${place} from here`,
  ENETUNREACH: (place) => `there is no way to ${place} from here`,
  ETIMEDOUT: (place) => `${place} does not answer`,
  ECONNRESET: (place) => `${place} broke off the connection`,
  EPIPE: (place) => `${place} broke off the connection`,
  EPROTO: (place) => `${place} speaks no https; please try http://`,
  CERT_HAS_EXPIRED: () => 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: (_, host) => `its certificate is for another name than ${host}`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => certificate,
  SELF_SIGNED_CERT_IN_CHAIN: () => certificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => certificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => certificate,
};

/** Why another machine could not be asked, by an error of Node's: a clause for people that begins in lower case, such as "nothing listens at livy:8998". */
export function describeConnectionError(error: unknown, url: URL): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const place = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;
  const meaning = meanings[code ?? ''];
  if (meaning !== undefined) return meaning(place, url.hostname);
  // Of Node's parser, and of its TLS: the other side speaks something else.
  if (code?.startsWith('HPE_') === true) return `${place} does not speak http; please try https://`;
  if (code?.startsWith('ERR_SSL_') === true) return `${place} speaks no https that is known here; please try http://`;
  return `${place} can't be asked (${code ?? message})`;
}
