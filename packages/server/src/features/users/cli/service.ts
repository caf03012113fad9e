import { hash } from 'node:crypto';
import { newTokenBody, type ApiToken, type User } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { digest, newSecret } from '../../../lib/ids.ts';
import { toUser, userColumns } from '../rows.ts';
import type { NewToken, TokenService } from '../tokens/service.ts';

const codeMs = 2 * 60_000;

/** What a command line has made its challenge of (PKCE, RFC 7636). */
const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url');

/**
 * Logins of the command line: a page grants a token to whoever has made the challenge, and the command line comes for it with the code that the page handed
 * on. The code alone opens nothing.
 */
export function createCliLogins(deps: { db: Kysely<Database>; tokens: TokenService; clock: Clock }) {
  const { db, tokens, clock } = deps;

  return {
    /** A code that is good once, for two minutes, and as long as the login that grants it. */
    async grant(
      user: { id: string; admin: boolean },
      loginDigest: string,
      challenge: string,
      token: NewToken,
    ): Promise<string> {
      await tokens.checkLimits(user, token);
      const code = newSecret('ember_cli');
      await db
        .insertInto('cli_codes')
        .values({
          digest: digest(code),
          login_digest: loginDigest,
          user_id: user.id,
          challenge,
          token_json: JSON.stringify(token),
          expires_at: clock.now() + codeMs,
        })
        .execute();
      return code;
    },

    /** Throws `cli_code` for a code that is wrong, used or late, and for a verifier that isn't that of the challenge; the code is gone then too. */
    async redeem(code: string, verifier: string): Promise<{ token: ApiToken & { secret: string }; user: User }> {
      const row = await db.deleteFrom('cli_codes').where('digest', '=', digest(code)).returningAll().executeTakeFirst();
      if (row === undefined || row.expires_at <= clock.now() || row.challenge !== challengeOf(verifier)) {
        throw new HttpError('cli_code');
      }
      const user = await db
        .selectFrom('users')
        .select(userColumns)
        .where('id', '=', row.user_id)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      if (user === undefined) throw new HttpError('cli_code');
      const token = await tokens.createLimitedToken(toUser(user), newTokenBody.parse(JSON.parse(row.token_json)));
      return { token, user: toUser(user) };
    },

    async forgetExpired(): Promise<void> {
      await db.deleteFrom('cli_codes').where('expires_at', '<=', clock.now()).execute();
    },
  };
}
export type CliLogins = ReturnType<typeof createCliLogins>;
