import { readFile } from 'node:fs/promises';
import * as client from 'openid-client';
import { z } from 'zod';
import type { OpenIdSettings } from './settings.ts';

/** A login on its way through the provider: what its answer has to fit. */
export type Attempt = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who somebody is, as the provider says. `email`: only a verified one. */
export type Identity = {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly groups: readonly string[];
};

/** The provider can't be asked. */
export class ProviderAway extends Error {
  override readonly name = 'ProviderAway';
}

/** The provider, or somebody in its name, has answered with something that is no login. */
export class NoLogin extends Error {
  override readonly name = 'NoLogin';
}

export type Provider = {
  begin(): Promise<Attempt & { url: string }>;
  /** Throws `NoLogin` and `ProviderAway`. */
  finish(answer: URL, attempt: Attempt): Promise<Identity>;
};

const timeoutSeconds = 10;
const text = z.string().trim().min(1);

/** A client of the provider. It is asked for its addresses when it is needed first, and again when that has failed. */
export function createProvider(settings: OpenIdSettings, redirectUri: string): Provider {
  let found: Promise<client.Configuration> | null = null;

  async function discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecretFile } = settings;
    const secret = clientSecretFile === null ? null : (await readFile(clientSecretFile, 'utf8')).trim();
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      secret ?? undefined,
      secret === null ? client.None() : undefined,
      {
        timeout: timeoutSeconds,
        // The settings allow http:// for this machine alone.
        execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
      },
    );
    // The signature of what it says counts, not only the connection on which it came.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  const configuration = async (): Promise<client.Configuration> => {
    found ??= discover();
    try {
      return await found;
    } catch (error) {
      found = null;
      throw new ProviderAway('the provider of OpenID Connect could not be asked', { cause: error });
    }
  };

  return {
    async begin() {
      const attempt = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { ...attempt, url: url.href };
    },

    async finish(answer, { state, nonce, verifier }) {
      const known = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(known, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new NoLogin('no ID token');
        const complete = claims['email'] !== undefined && claims[settings.groupsClaim] !== undefined;
        const asksMore = !complete && known.serverMetadata().userinfo_endpoint !== undefined;
        const more = asksMore ? await client.fetchUserInfo(known, tokens.access_token, claims.sub) : {};
        return toIdentity(claims.iss, claims.sub, claims, more, settings.groupsClaim);
      } catch (error) {
        if (error instanceof NoLogin) throw error;
        throw new NoLogin('the answer of the provider was refused', { cause: error });
      }
    },
  };
}

type Claims = Readonly<Record<string, unknown>>;

/** Of two sources the ID token counts first. Whether an address is verified says the one that has the address, with `true` and nothing like it. */
export function toIdentity(
  issuer: string,
  subject: string,
  token: Claims,
  more: Claims,
  groupsClaim: string,
): Identity {
  const source = token['email'] === undefined ? more : token;
  const email = z.email().safeParse(typeof source['email'] === 'string' ? source['email'].trim().toLowerCase() : null);
  const name = text.safeParse(
    token['name'] ?? more['name'] ?? token['preferred_username'] ?? more['preferred_username'],
  );
  const groups = z.array(z.string()).safeParse(token[groupsClaim] ?? more[groupsClaim]);
  return {
    issuer,
    subject,
    email: source['email_verified'] === true && email.success && email.data.length <= 254 ? email.data : null,
    name: name.success ? name.data : null,
    groups: groups.success ? groups.data : [],
  };
}
