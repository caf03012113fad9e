import { describe, expect, it } from 'vitest';
import { ApiError, createClient, NetworkError, routePath } from './client.ts';

const answering = (status: number, body: string) =>
  createClient({ baseUrl: 'http://ember', token: 'secret', fetch: async () => new Response(body, { status }) });

describe('client', () => {
  it('fills in and encodes parameters', () => {
    expect(routePath('sessions.get', { params: { project: 'a b/c', id: 7 } })).toBe(
      '/api/v1/projects/a%20b%2Fc/sessions/7',
    );
    expect(routePath('jupyter.log', { params: { project: 'demo' }, query: { follow: '1' } })).toBe(
      '/api/v1/projects/demo/jupyter/server/log?follow=1',
    );
  });

  it('sends method, token and body', async () => {
    let sent: Request | null = null;
    const client = createClient({
      baseUrl: 'http://ember',
      token: 'secret',
      fetch: async (input, init) => {
        sent = new Request(input, init);
        return Response.json({ id: 'abcdefgh' });
      },
    });
    await client.call('projects.create', { body: { name: 'churn' } });
    expect(sent).toMatchObject({ method: 'POST', url: 'http://ember/api/v1/projects' });
    const request = sent as unknown as Request;
    expect(request.headers.get('authorization')).toBe('Bearer secret');
    expect(await request.json()).toEqual({ name: 'churn' });
  });

  it('turns an error answer into its sentence', async () => {
    const body = JSON.stringify({ error: { code: 'not_found', message: 'Nothing here.', requestId: 'r1' } });
    const failure = answering(404, body).call('me.get', {});
    await expect(failure).rejects.toThrow(ApiError);
    await expect(failure).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'Nothing here.',
      requestId: 'r1',
    });
  });

  it.each(['<html>bad gateway</html>', '{"oops":1}', 'null', '{"error":{"code":7,"message":"No.","requestId":"r"}}'])(
    'does not show people what is not from us: %s',
    async (body) => {
      await expect(answering(502, body).call('me.get', {})).rejects.toThrow(NetworkError);
    },
  );

  it('tells that nobody answered', async () => {
    const client = createClient({
      baseUrl: 'http://ember',
      fetch: async () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(client.call('me.get', {})).rejects.toThrow(/could not be reached/);
  });
});
