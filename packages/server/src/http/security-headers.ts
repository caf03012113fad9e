import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** Nothing from elsewhere, and of scripts those of files and what `scripts` names; inline styles are the component library's. */
const policy = (scripts: readonly string[]) => ({
  'default-src': ["'self'"],
  'script-src': ["'self'", ...scripts],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
});

/** The headers with which browsers are told what answers may do. They are the same for all answers of a kind, so they are made once. */
export function securityHeaders(scripts: readonly string[] = []): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const make = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: policy(scripts) },
    // The edge says it, for what is not control's too, and knows where it may be said.
    strictTransportSecurity: false,
  });
  make({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error as Error;
  });
  return headers;
}
