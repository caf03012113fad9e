import { once, type EventEmitter } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { startWorld } from './testing.ts';

describe('what is open', () => {
  it.each(['login', 'user', 'user on the server', 'server'])('ends when its %s goes', async (what) => {
    await using world = await startWorld();
    const [server, other] = [await world.startServer(), await world.startServer()];
    const held = await hold(world.port, server);
    const socket = server.webSocket();
    await once(socket, 'open');
    const gone = Promise.all([closed(socket), closed(held)]);
    if (what === 'login') await world.control().revokeLogin(world.loginDigest);
    else if (what === 'user') await world.control().revokeUser(world.userId);
    else if (what === 'server') await world.control().targets.remove(server.id);
    else await world.control().revokeUser(world.userId, server.id);
    await gone;
    expect((await server.ask('/')).status).toBe(404);
    const both = what === 'login' || what === 'user';
    expect((await other.ask('/')).status).toBe(both ? 404 : 200);
    expect(await world.db.selectFrom('grants').select('digest').where('target_id', '=', server.id).execute()).toEqual(
      [],
    );
  });

  it('ends when the login is deleted behind our back', async () => {
    const controlClock = fakeClock(Date.now());
    await using world = await startWorld({ controlClock });
    const server = await world.startServer();
    const held = await hold(world.port, server);
    await world.db.deleteFrom('logins').execute();
    controlClock.advance(2000);
    await closed(held);
    expect((await server.ask('/')).status).toBe(404);
  });

  it('ends when the grant does', async () => {
    const clock = fakeClock(Date.now());
    await using world = await startWorld({ clock });
    const server = await world.startServer();
    const held = await hold(world.port, server);
    clock.advance(25 * 3600_000);
    await closed(held);
    expect((await server.ask('/')).status).toBe(404);
  });

  it('goes on without control, and through its restart', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const socket = server.webSocket();
    await once(socket, 'open');
    await world.stopControl();
    expect((await server.ask('/')).status).toBe(200);
    await world.startControl((fresh) => fresh.targets.put(server.target));
    const later = await world.startServer();
    expect((await later.ask('/')).status).toBe(200);
    const echoed = once(socket, 'message');
    socket.send('still here');
    expect(String((await echoed)[0])).toBe('still here');
    expect((await server.ask('/')).status).toBe(200);
  });

  it('ends when a new snapshot lacks it', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const socket = server.webSocket();
    await once(socket, 'open');
    await world.stopControl();
    const gone = closed(socket);
    await world.startControl();
    await gone;
    expect((await server.ask('/')).status).toBe(404);
  });
});

/** An answer that stays open. */
async function hold(port: number, server: { host: string; cookie: string }): Promise<IncomingMessage> {
  const headers = { host: server.host, cookie: server.cookie };
  const request = httpRequest({ port, path: '/hold', headers, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  await once(answer, 'data');
  return answer;
}

/** Resolves when it closes, with an error or without. */
const closed = (open: EventEmitter): Promise<void> =>
  new Promise((resolve) => void open.once('close', () => resolve()));
