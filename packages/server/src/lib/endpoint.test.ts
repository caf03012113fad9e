import { expect, it } from 'vitest';
import { endpointOf, requestTo, tcpAddress } from './endpoint.ts';

it('reads what it writes, names and both kinds of addresses', () => {
  for (const host of ['10.1.2.3', 'fd00::7', 'server.example.org']) {
    expect(endpointOf(tcpAddress(host, 8888))).toEqual({ host, port: 8888 });
    expect(requestTo(tcpAddress(host, 8888))).toEqual({ host, port: 8888 });
  }
});

it('takes everything else for the path of a socket', () => {
  for (const path of ['/run/a.sock', 'tcp://', '/tmp/tcp://host:1', 'tcp://host:port']) {
    expect(endpointOf(path)).toEqual({ path });
    expect(requestTo(path)).toEqual({ socketPath: path });
  }
});
