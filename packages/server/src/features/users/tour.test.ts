import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountFixture } from './account.fixture.ts';

const ada = { email: 'tove@example.org', name: 'Tove', password: 'a secret of my own', admin: false };
const bea = { ...ada, email: 'bea@example.org', name: 'Bea' };

describe('the tour of the dashboard', () => {
  let world: Awaited<ReturnType<typeof accountFixture>>;
  beforeEach(async () => {
    world = await accountFixture();
    for (const person of [ada, bea]) await world.users.service.create(person);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const ask = async (cookie: string, payload?: object) =>
    (
      await world.app.inject({
        method: payload === undefined ? 'GET' : 'PUT',
        url: '/api/v1/me/tour',
        headers: { cookie },
        ...(payload === undefined ? {} : { payload }),
      })
    ).json();

  it('ends for each user by themselves, also in their other logins, and can begin again', async () => {
    const [adas, again, beas] = [await world.logIn(ada), await world.logIn(ada), await world.logIn(bea)];
    expect(await ask(adas)).toEqual({ ended: false });
    expect(await ask(adas, { ended: true })).toEqual({ ended: true });
    // Twice, as from two tabs.
    expect(await ask(again, { ended: true })).toEqual({ ended: true });
    expect(await ask(again)).toEqual({ ended: true });
    expect(await ask(beas)).toEqual({ ended: false });
    expect(await ask(adas, { ended: false })).toEqual({ ended: false });
    expect(await ask(again)).toEqual({ ended: false });
  });

  it('is nothing that a stranger can ask for', async () => {
    expect(await ask('')).toMatchObject({ error: { code: 'not_logged_in' } });
  });
});
