import { describe, expect, it } from 'vitest';
import { newSecret } from './ids.ts';
import { createRedactor, redact } from './redact.ts';

describe('the place where secrets are taken out', () => {
  it.each(['ember_login', 'ember_token', 'ember_setup', 'ember_server', 'ember_ticket', 'ember_app', 'ember_agent'])(
    'knows a secret that begins with %s, wherever it stands',
    (prefix) => {
      const secret = newSecret(prefix);
      for (const line of [secret, `"${secret}"`, `x${encodeURIComponent(` ${secret} `)}y`, `cookie=${secret}; a=b`]) {
        expect(redact(line)).not.toContain(secret.slice(prefix.length + 1));
      }
      expect(redact(`it was ${secret}.`)).toBe(`it was ${prefix}_[secret].`);
    },
  );

  it.each([
    ['Authorization: Basic YWRhOnNlY3JldA==', 'Authorization: Basic [secret]'],
    ['bearer abc.def-ghi was wrong', 'bearer [secret] was wrong'],
    ['postgres://ember:hunter22@db:5432/ember', 'postgres://ember:[secret]@db:5432/ember'],
    [`postgres://ember:it's "a p@ss\\word@db:5432/ember`, 'postgres://ember:[secret]@db:5432/ember'],
    [
      'postgresql://ember@db/ember?sslmode=require&password=hunter22',
      'postgresql://ember@db/ember?sslmode=require&password=[secret]',
    ],
    [
      '-Xss4m -Djavax.net.ssl.keyStorePassword=hunter22 -Da=b',
      '-Xss4m -Djavax.net.ssl.keyStorePassword=[secret] -Da=b',
    ],
    ['-Dproxy.password="two words" -Da=b', '-Dproxy.password=[secret] -Da=b'],
    ["-Dapi.token='two words' -Da=b", '-Dapi.token=[secret] -Da=b'],
    [JSON.stringify('-Dx.password="two words" -Da=b'), '"-Dx.password=[secret] -Da=b"'],
    ['-Dmy.secret=a\\ b -Da=b', '-Dmy.secret=[secret] -Da=b'],
    ['postgres://db:5432/x, as ada@example.org said', 'postgres://db:5432/x, as ada@example.org said'],
    [
      '{"m":"postgres://e:x\\"y@db/x","by":"ada@example.org"}',
      '{"m":"postgres://e:[secret]@db/x","by":"ada@example.org"}',
    ],
    ['GET /-/open?ticket=abcdef&x=1', 'GET /-/open?ticket=[secret]&x=1'],
    ['/callback?code=4/0Ab&state=xyz', '/callback?code=[secret]&state=[secret]'],
    ['http://localhost/setup#token=abcdef', 'http://localhost/setup#token=[secret]'],
    ['mysql --password=hunter22 -h db', 'mysql --password=[secret] -h db'],
    ['hash $argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', 'hash [secret]'],
    ['-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----', '[secret]'],
  ])('knows %s by what it looks like', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it('knows fields by their names, in JSON of any depth, and leaves JSON behind', () => {
    const line = JSON.stringify({
      req: { headers: { Authorization: 'x"y', 'set-cookie': ['a=1', 'b=2'], cookie: 'c' }, newPassword: 'hunter22' },
      apiKey: 'k',
      list: [{ client_secret: 's', tokenId: 'kept', tokens: 3, credentials: 'c' }],
      code: 'not_found',
    });
    expect(JSON.parse(redact(line))).toEqual({
      req: {
        headers: { Authorization: '[secret]', 'set-cookie': '[secret]', cookie: '[secret]' },
        newPassword: '[secret]',
      },
      apiKey: '[secret]',
      list: [{ client_secret: '[secret]', tokenId: 'kept', tokens: 3, credentials: '[secret]' }],
      code: 'not_found',
    });
  });

  it('knows them in JSON that stands in a text of JSON', () => {
    const inner = JSON.stringify({ password: 'hunter22', name: 'Ada', apiToken: 'x\\y' });
    const line = JSON.stringify({ err: { message: `The answer was ${inner}.` } });
    const clean = JSON.parse(redact(line)) as { err: { message: string } };
    expect(clean.err.message).toMatch(/^The answer was \{"password":"\[secret\]","name":"Ada","apiToken":"\[secret\]/);
    expect(clean.err.message).not.toContain('hunter22');
  });

  it('takes out values that it was told, as they stand in JSON too', () => {
    const told = createRedactor(['a"b\\c', 'ab']);
    expect(told(`${JSON.stringify({ x: 'it is a"b\\c' })} ab a"b\\c`)).toBe('{"x":"it is [secret]"} ab [secret]');
  });

  it('leaves everything else as it is', () => {
    for (const text of ['a basic idea', 'state=running', 'http://localhost:8080/x?y=1', 'token of ada', 'ember_x']) {
      expect(redact(text)).toBe(text);
    }
  });

  // What takes time by the square of its length would take minutes here.
  it.each([
    'a.',
    '"a',
    'token ',
    '?a_',
    '"token":',
    '\\\\',
    '\\"token\\":\\"',
    '-----BEGIN A PRIVATE KEY',
    'http://a:',
    'postgres://a:',
    'password=\\ ',
    'password="',
  ])('takes a long line of %j in little time', (piece) => {
    expect(redact(piece.repeat(100_000)).length).toBeGreaterThan(0);
  });
});
