import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serveOn, startWorld, type World } from './testing.ts';

const sayHeaders = (request: IncomingMessage, response: ServerResponse) =>
  response.end(JSON.stringify(request.headers));

/** What control is told of the client that sends these headers, by an edge whose proxies are these. */
async function told(trustedProxies: string[], headers: Record<string, string | string[]>) {
  await using world = await startWorld({ trustedProxies });
  const control = await serveOn(world.paths.controlSocket, sayHeaders);
  const answer = await world.ask(world.publicHost, '/', { headers });
  await control.close();
  return JSON.parse(answer.text) as Record<string, string>;
}

describe('forwarded headers', () => {
  it.each<[string, string[], string | string[], string]>([
    ['from nobody in particular', [], '192.0.2.7', '127.0.0.1'],
    ['from somebody else than our proxy', ['10.0.0.0/8'], '192.0.2.7', '127.0.0.1'],
    ['from our proxy', ['127.0.0.1'], '192.0.2.7', '192.0.2.7'],
    ['from a network of proxies', ['127.0.0.0/8', '10.0.0.0/8'], '192.0.2.7, 10.1.2.3', '192.0.2.7'],
    ['that a client has begun itself', ['127.0.0.1'], '6.6.6.6, 192.0.2.7', '192.0.2.7'],
    ['in two lines', ['127.0.0.1'], ['6.6.6.6', '192.0.2.7'], '192.0.2.7'],
    ['with ports', ['127.0.0.1', '10.0.0.0/8'], '192.0.2.7:1234, 10.0.0.1:99', '192.0.2.7'],
    ['of IPv6', ['127.0.0.1'], '[2001:db8::1]:443', '2001:db8::1'],
    ['of IPv4 in IPv6', ['127.0.0.1'], '::ffff:192.0.2.7', '192.0.2.7'],
    ['that name no address', ['127.0.0.1'], 'localhost', '127.0.0.1'],
    ['with a break in them', ['127.0.0.0/8'], '192.0.2.7, unknown, 127.0.0.5', '127.0.0.5'],
    ['that name our proxies alone', ['127.0.0.0/8'], '127.0.0.9, 127.0.0.5', '127.0.0.9'],
    ['that are empty', ['127.0.0.1'], '', '127.0.0.1'],
  ])('%s', async (_what, trusted, forwarded, address) => {
    const headers = await told(trusted, { 'x-forwarded-for': forwarded });
    expect(headers['x-forwarded-for']).toBe(address);
  });

  it('never choose another host or scheme, and identities that a client claims are dropped, from our proxy too', async () => {
    const headers = await told(['127.0.0.1'], {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'for=6.6.6.6;host=evil.example',
      'x-real-ip': '6.6.6.6',
      'remote-user': 'root',
      'x-remote-user': 'root',
      'x-auth-request-email': 'ada@example.org',
      'x-emberlab-app': 'server',
      'x-webauth-user': 'root',
    });
    expect(headers['x-forwarded-host']).toMatch(/^localhost:\d+$/);
    expect(headers['x-forwarded-proto']).toBe('http');
    for (const name of [
      'forwarded',
      'x-real-ip',
      'remote-user',
      'x-remote-user',
      'x-auth-request-email',
      'x-webauth-user',
      'x-emberlab-app',
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it('send those to https who came to our proxy without it, and only when our proxy says so', async () => {
    await using believed = await startWorld({ https: true, trustedProxies: ['127.0.0.1'] });
    await using alone = await startWorld({ https: true });
    const askedAs = async (world: World, scheme: string) => {
      const server = await world.startServer();
      const { status, headers } = await server.ask('/lab', { headers: { 'x-forwarded-proto': scheme } });
      return [status, headers.location === `${server.origin}/lab`];
    };
    expect(await askedAs(believed, 'http')).toEqual([308, true]);
    expect(await askedAs(believed, 'https')).toEqual([200, false]);
    expect(await askedAs(alone, 'http')).toEqual([200, false]);
  });
});
