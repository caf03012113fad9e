import { email } from '@emberlab/contract';

/** How e-mail is sent. */
export type MailSettings = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else it begins in the clear, and goes over to TLS where the server can */
  readonly secure: boolean;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: Sender;
};
export type Sender = { readonly name: string; readonly address: string };

const ports = { 'smtp:': 587, 'smtps:': 465 };

/** Reads `smtp://USER:PASSWORD@HOST:PORT`; null: it is something else. */
export function readSmtpUrl(text: string): Omit<MailSettings, 'from'> | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) return null;
  if (url.hostname === '' || url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname)) return null;
  if ((url.username === '') !== (url.password === '')) return null;
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? ports[url.protocol] : Number(url.port),
      secure: url.protocol === 'smtps:',
      login:
        url.username === ''
          ? null
          : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    };
  } catch {
    return null;
  }
}

/** Reads `ada@example.org`, or `Emberlab <ada@example.org>`; null: it is something else. */
export function readSender(text: string): Sender | null {
  // oxlint-disable-next-line no-control-regex -- refusing control characters is the purpose
  const [, name = '', bracketed] = /^([^<>"\u0000-\u001f\u007f]*)<([^<>]+)>$/.exec(text.trim()) ?? [];
  const address = email.safeParse(bracketed ?? text);
  return address.success ? { name: name.trim(), address: address.data } : null;
}
