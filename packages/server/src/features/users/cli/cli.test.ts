import { hash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accountFixture } from '../account.fixture.ts';

describe('a login of the command line', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = hash('sha256', verifier, 'base64url');
  const wanted = { name: 'emberlab on laptop', scopes: ['read', 'run'], expiresInDays: 30, challenge };

  async function granted() {
    const world = await accountFixture();
    const cookie = await world.logIn();
    const answer = await world.call('POST', '/me/cli', { cookie, payload: wanted });
    expect(answer.statusCode).toBe(201);
    const { code } = answer.json<{ code: string }>();
    const redeem = (payload: object) => world.call('POST', '/auth/cli', { payload });
    return { world, cookie, code, redeem };
  }

  it('gets the token that a page has granted, and no more', async () => {
    const { world, code, redeem } = await granted();
    await using _ = world;
    const answer = await redeem({ code, verifier });
    expect(answer.json()).toMatchObject({
      user: { email: 'ada@example.org' },
      token: { name: 'emberlab on laptop', scopes: ['read', 'run'], secret: expect.stringMatching(/^ember_token_/) },
    });
    const { secret } = answer.json<{ token: { secret: string } }>().token;
    expect((await world.as(secret, { url: '/api/v1/me' })).statusCode).toBe(200);
    expect(
      (await world.as(secret, { method: 'POST', url: '/api/v1/projects', payload: { name: 'x1' } })).statusCode,
    ).toBe(403);
  });

  it('works once, within two minutes, and only for who has made the challenge', async () => {
    const { world, cookie, code, redeem } = await granted();
    await using _ = world;
    expect((await redeem({ code, verifier })).statusCode).toBe(201);
    expect((await redeem({ code, verifier })).json()).toMatchObject({ error: { code: 'cli_code' } });
    const again = async () =>
      (await world.call('POST', '/me/cli', { cookie, payload: wanted })).json<{ code: string }>().code;
    const stolen = await again();
    expect((await redeem({ code: stolen, verifier: 'x'.repeat(43) })).statusCode).toBe(410);
    expect((await redeem({ code: stolen, verifier })).statusCode).toBe(410);
    const late = await again();
    world.clock.advance(2 * 60_000);
    expect((await redeem({ code: late, verifier })).statusCode).toBe(410);
  });

  it('comes to nothing when the login that granted it has ended', async () => {
    const { world, cookie, code, redeem } = await granted();
    await using _ = world;
    await world.call('POST', '/auth/logout', { cookie, payload: {} });
    expect((await redeem({ code, verifier })).statusCode).toBe(410);
  });

  it('is granted nothing that its user does not have', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const answer = await world.call('POST', '/me/cli', { cookie, payload: { ...wanted, scopes: ['admin'] } });
    expect(answer.statusCode).toBe(403);
  });
});
