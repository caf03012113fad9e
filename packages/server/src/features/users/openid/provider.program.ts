import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import OpenIdProvider, { type Context } from 'oidc-provider';

/**
 * A provider of OpenID Connect for tests: a real one, in a process of its own. Its arguments are the client's redirect address and its secret; it prints its
 * issuer. `PUT /accounts/{sub}` takes an account's claims; whoever logs in says who they are on a page.
 */
const [redirectUri = '', clientSecret = ''] = process.argv.slice(2);

const accounts = new Map<string, Record<string, unknown>>();
let handle: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end();
const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;

const provider = new OpenIdProvider(issuer, {
  clients: [{ client_id: 'emberlab', client_secret: clientSecret, redirect_uris: [redirectUri] }],
  pkce: { required: () => true },
  scopes: ['openid', 'email', 'profile', 'groups'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: (_context: Context, sub: string) =>
    accounts.has(sub) ? { accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) } : undefined,
  // Nobody is asked what they consent to.
  async loadExistingGrant({ oidc }: Context) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(oidc.params.scope);
    await grant.save();
    return grant;
  },
});
const standard = provider.callback();

handle = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', issuer);
  const account = /^\/accounts\/(\w+)$/.exec(pathname)?.[1];
  if (account !== undefined) {
    void text(request).then((body) => {
      accounts.set(account, JSON.parse(body) as Record<string, unknown>);
      response.end();
    });
  } else if (pathname.startsWith('/interaction/') && request.method === 'GET') {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><title>Log in at the provider</title><form method="post"><label>Who are you? <input name="account"></label><button>Continue</button></form>`,
    );
  } else if (pathname.startsWith('/interaction/')) {
    void text(request).then((body) => {
      const accountId = new URLSearchParams(body).get('account') ?? '';
      const result =
        accountId === 'nobody'
          ? { error: 'access_denied', error_description: 'The user did not want to.' }
          : { login: { accountId } };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    });
  } else {
    standard(request, response);
  }
};
process.stdout.write(`${issuer}\n`);
