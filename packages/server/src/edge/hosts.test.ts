import { describe, expect, it } from 'vitest';
import { createHosts } from './hosts.ts';

const local = createHosts({
  host: '127.0.0.1',
  publicOrigin: 'http://localhost:8080',
  appsOrigin: 'http://{id}.localhost:8080',
  port: 8080,
});
const deployed = createHosts({
  host: '127.0.0.1',
  publicOrigin: 'https://Emberlab.example.org',
  appsOrigin: 'https://nb-{id}.apps.example.org:443',
  port: 8080,
});

describe('classify', () => {
  it.each([
    ['localhost:8080', 'public', 'localhost:8080'],
    ['LOCALHOST:8080', 'public', 'localhost:8080'],
    ['127.0.0.1:8080', 'public', '127.0.0.1:8080'],
    ['[::1]:8080', 'public', '[::1]:8080'],
    ['Srv1.localhost:8080', 'app', 'srv1.localhost:8080'],
  ])('takes %s for %s', (header, kind, host) => {
    expect(local.classify(header)).toMatchObject({ kind, host, scheme: 'http' });
  });

  it.each([
    undefined,
    '',
    'localhost',
    'localhost:80',
    'localhost:8080.',
    'localhost.:8080',
    'evil.example:8080',
    'localhost.evil.example:8080',
    'evillocalhost:8080',
    '.localhost:8080',
    'a.b.localhost:8080',
    'a_b.localhost:8080',
    `${'a'.repeat(64)}.localhost:8080`,
    'localhost:8080@evil.example',
    'user@localhost:8080',
    'localhost:8080/',
    'localhost:008080',
    '127.0.0.2:8080',
    '2130706433:8080',
    '[::ffff:127.0.0.1]:8080',
    '0.0.0.0:8080',
    'localhost:8080, evil.example',
  ])('refuses %s', (header) => {
    expect(local.classify(header)).toBeNull();
  });

  it('knows a deployed name with and without its default port, and what an app is called there', () => {
    for (const header of ['emberlab.example.org', 'emberlab.example.org:443']) {
      expect(deployed.classify(header)).toEqual({ kind: 'public', scheme: 'https', host: 'emberlab.example.org' });
    }
    expect(deployed.classify('emberlab.example.org:8080')).toBeNull();
    expect(deployed.classify('nb-7f.apps.example.org')).toEqual({
      kind: 'app',
      scheme: 'https',
      id: '7f',
      host: 'nb-7f.apps.example.org',
      origin: 'https://nb-7f.apps.example.org',
    });
    expect(deployed.classify('nb-.apps.example.org')).toBeNull();
    expect(deployed.classify('7f.apps.example.org')).toBeNull();
    expect(deployed.classify('localhost:8080')).toEqual({ kind: 'public', scheme: 'http', host: 'localhost:8080' });
    expect(deployed.secureApps).toBe(true);
  });

  it('knows the origin of servers on other machines, whole', () => {
    const hosts = createHosts({
      host: '0.0.0.0',
      publicOrigin: 'https://emberlab.example.org',
      appsOrigin: 'https://{id}.apps.example.org',
      port: 8080,
      innerOrigin: 'http://emberlab.notebooks.svc',
    });
    const place = { kind: 'public', scheme: 'http', host: 'emberlab.notebooks.svc' };
    expect(hosts.classify('emberlab.notebooks.svc')).toEqual(place);
    expect(hosts.classify('emberlab.notebooks.svc:8080')).toBeNull();
    expect(hosts.classify('notebooks.svc')).toBeNull();
  });

  it('puts the port that is listened on in the place of 0', () => {
    const hosts = createHosts({
      host: '127.0.0.1',
      publicOrigin: 'http://localhost:0',
      appsOrigin: 'http://{id}.localhost:0',
      port: 4711,
    });
    expect(hosts.publicOrigin).toBe('http://localhost:4711');
    expect(hosts.classify('a.localhost:4711')).toMatchObject({ origin: 'http://a.localhost:4711' });
  });
});
