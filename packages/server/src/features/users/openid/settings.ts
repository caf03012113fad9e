import type { Role } from '@emberlab/contract';

/** The provider of OpenID Connect that people log in through, as the administrator has set it. */
export type OpenIdSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** null: a client without a secret, which PKCE alone protects */
  readonly clientSecretFile: string | null;
  /** what the button says */
  readonly label: string;
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly roles: readonly GroupRole[];
  /** the only domains whose addresses get an account; null: any */
  readonly domains: readonly string[] | null;
  /** whether people who have no account get one */
  readonly signUp: boolean;
};

/** Who is in the group has the role in the project. */
export type GroupRole = { readonly group: string; readonly project: string; readonly role: Role };
