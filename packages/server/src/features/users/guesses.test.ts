import { describe, expect, it } from 'vitest';
import { ada, accountFixture } from './account.fixture.ts';

const quarter = 15 * 60_000;

describe('somebody who guesses passwords', () => {
  const wrong = (email = ada.email) => ({ email, password: 'wrong' });
  const codeOf = (answer: { json(): unknown; statusCode: number }) =>
    answer.statusCode === 200 ? 'in' : (answer.json() as { error: { code: string } }).error.code;

  async function guessFromEverywhere(
    { call, clock }: Awaited<ReturnType<typeof accountFixture>>,
    email: string,
  ): Promise<string[]> {
    const codes: string[] = [];
    for (let place = 0; place < 51; place += 1) {
      codes.push(codeOf(await call('POST', '/auth/login', { payload: wrong(email), from: `198.51.100.${place}` })));
      clock.advance(1000);
    }
    return codes;
  }

  it('at one account from everywhere finds it locked for a quarter of an hour, also with the right password', async () => {
    await using world = await accountFixture();
    const codes = await guessFromEverywhere(world, ada.email);
    expect(codes.slice(0, 50)).toEqual(Array(50).fill('wrong_credentials'));
    expect(codes[50]).toBe('too_many_guesses');
    const right = () => world.call('POST', '/auth/login', { payload: ada, from: '203.0.113.7' });
    expect(codeOf(await right())).toBe('too_many_guesses');
    world.clock.advance(quarter);
    expect(codeOf(await right())).toBe('in');
  });

  it('at an account that nobody has is answered the same', async () => {
    await using world = await accountFixture();
    expect(await guessFromEverywhere(world, 'nobody@example.org')).toEqual(await guessFromEverywhere(world, ada.email));
  });

  it('can not lock out its user where they are logged in', async () => {
    await using world = await accountFixture();
    await world.logIn(ada, { from: '203.0.113.7' });
    await guessFromEverywhere(world, ada.email);
    expect(codeOf(await world.call('POST', '/auth/login', { payload: ada, from: '203.0.113.7' }))).toBe('in');
  });

  it('is counted when many come at once, and when Emberlab starts again in between', async () => {
    await using world = await accountFixture();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => world.call('POST', '/auth/login', { payload: wrong(), from: '192.0.2.1' })),
    );
    expect(answers.filter((answer) => answer.statusCode === 401)).toHaveLength(10);
    const counted = await world.db
      .selectFrom('login_failures')
      .select('count')
      .where('key', 'like', 'pair %')
      .execute();
    expect(counted).toEqual([{ count: 10 }]);
  });

  it('is one and the same in a whole network of IPv6', async () => {
    await using world = await accountFixture();
    for (let host = 1; host <= 10; host += 1) {
      await world.call('POST', '/auth/login', { payload: wrong(), from: `2001:db8::${host}` });
    }
    const from = (address: string) => world.call('POST', '/auth/login', { payload: ada, from: address });
    expect(codeOf(await from('2001:db8:0:0:1:2:3:4'))).toBe('too_many_requests');
    expect(codeOf(await from('2001:db8:0:1::1'))).toBe('in');
  });

  it('leaves no name and no address behind', async () => {
    await using world = await accountFixture();
    await world.call('POST', '/auth/login', { payload: wrong('my secret typed here'), from: '192.0.2.1' });
    const rows = JSON.stringify(await world.db.selectFrom('login_failures').selectAll().execute());
    expect(rows).not.toMatch(/secret|192\.0/);
    world.clock.advance(quarter + 1);
    await world.users.service.forgetExpired();
    expect(await world.db.selectFrom('login_failures').selectAll().execute()).toEqual([]);
  });

  it('a hundred valid logins at once all get in', async () => {
    await using world = await accountFixture();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => world.call('POST', '/auth/login', { payload: ada, from: '192.0.2.1' })),
    );
    expect(answers.every((answer) => answer.statusCode === 200)).toBe(true);
  });
});

describe('a change of the password', () => {
  const next = 'seven lazy foxes dream';

  it('ends the other logins, and what was opened with them, and keeps this one', async () => {
    await using world = await accountFixture();
    const here = await world.logIn();
    const elsewhere = await world.logIn();
    const payload = { current: ada.password, password: next };
    expect((await world.call('PUT', '/me/password', { cookie: here, payload })).statusCode).toBe(200);
    expect((await world.call('GET', '/me', { cookie: here })).statusCode).toBe(200);
    expect((await world.call('GET', '/me', { cookie: elsewhere })).statusCode).toBe(401);
    expect(world.endedLogins).toHaveLength(1);
    await expect(world.logIn()).rejects.toThrow('wrong_credentials');
    await world.logIn({ email: ada.email, password: next });
  });

  it('needs the present one, with as many tries as a login', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const attempt = (current: string) =>
      world.call('PUT', '/me/password', { cookie, payload: { current, password: next } });
    expect((await attempt('wrong')).json()).toMatchObject({
      error: { code: 'wrong_credentials', details: [{ path: 'current' }] },
    });
    for (let tries = 0; tries < 9; tries += 1) await attempt('wrong');
    expect((await attempt(ada.password)).statusCode).toBe(429);
  });

  it('says which field is missing, without the validator’s own words', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const answer = await world.call('PUT', '/me/password', { cookie, payload: { password: next } });
    expect(answer.json()).toMatchObject({
      error: { message: '"current": It is missing.', details: [{ path: 'current', message: 'It is missing.' }] },
    });
  });

  it.each([
    ['too short', 'short', 'bad_request'],
    ['of the breach list', 'Password2026!', 'weak_password'],
    ['of the own address', 'ada@example.org', 'weak_password'],
  ])('refuses one that is %s', async (_what, password, code) => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const answer = await world.call('PUT', '/me/password', { cookie, payload: { current: ada.password, password } });
    expect(answer.json()).toMatchObject({ error: { code } });
    expect((await world.call('GET', '/me/sign-in', { cookie })).json()).toMatchObject({ password: true });
  });
});
