import { expect, it } from 'vitest';
import { memberEnvironment } from './member-environment.ts';

it.each([
  ['http://emberlab.internal:8080', undefined, 'localhost,127.0.0.1,emberlab.internal'],
  ['http://127.0.0.1:8080', 'example.org', 'localhost,127.0.0.1,example.org'],
  ['http://[fd00::1]:8080', undefined, 'localhost,127.0.0.1,fd00::1'],
  [undefined, undefined, 'localhost,127.0.0.1'],
])('goes to a gateway at %s without a proxy, whatever the platform has', (gatewayOrigin, direct, list) => {
  const env = memberEnvironment({
    platformEnv: { HTTP_PROXY: 'http://proxy:3128', ...(direct === undefined ? {} : { NO_PROXY: direct }) },
    python: '/env/bin/python',
    home: '/home',
    variables: {},
    ...(gatewayOrigin === undefined ? {} : { gatewayOrigin }),
  });
  expect(env).toMatchObject({ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: list, no_proxy: list });
});
