import { expect, test } from 'vitest';
import { readSender, readSmtpUrl } from './smtp-settings.ts';

test('an address of a mail server says host, port, login and whether TLS comes first', () => {
  expect(readSmtpUrl('smtp://mail.example.org')).toEqual({
    host: 'mail.example.org',
    port: 587,
    secure: false,
    login: null,
  });
  expect(readSmtpUrl('smtps://ada%40example.org:p%2Fw@mail.example.org:4650')).toEqual({
    host: 'mail.example.org',
    port: 4650,
    secure: true,
    login: { user: 'ada@example.org', password: 'p/w' },
  });
  expect(readSmtpUrl('smtp://[::1]:25/')).toMatchObject({ host: '::1', port: 25 });
});

test.each([
  'mail.example.org',
  'http://mail.example.org',
  'smtp://ada@mail.example.org',
  'smtp://mail/x',
  'smtp://mail?tls=no',
  'smtp://%zz:a@mail',
])('%s is no address of a mail server', (text) => expect(readSmtpUrl(text)).toBeNull());

test('a sender is an address, with a name or without, and on one line', () => {
  expect(readSender('Emberlab Alerts <Alerts@example.org>')).toEqual({
    name: 'Emberlab Alerts',
    address: 'alerts@example.org',
  });
  expect(readSender('alerts@example.org')).toEqual({ name: '', address: 'alerts@example.org' });
  for (const text of [
    'alerts',
    '<>',
    'A <a@example.org>, B <b@example.org>',
    'A\r\nBcc: x <a@example.org>',
    '"A" <a@example.org>',
  ]) {
    expect([text, readSender(text)]).toEqual([text, null]);
  }
});
