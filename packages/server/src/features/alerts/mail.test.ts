import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../testing/certificate.ts';
import { alertsRig } from './alerts.fixture.ts';
import { testMailServer, type TestMailServer } from './smtp.fixture.ts';

const login = { user: 'emberlab', password: 'p@ss/word' };
const from = { name: 'Emberlab, alerts', address: 'alerts@example.org' };

/** Settings for a server; `localhost` is what its certificate names. */
const settingsFor = (server: TestMailServer, withLogin = true) => ({
  host: 'localhost',
  port: server.port,
  secure: false,
  login: withLogin ? login : null,
  from,
});

/** The headers of a message, by lower-case names, and its text. */
function read(message = ''): { headers: Map<string, string>; names: string[]; text: string } {
  const [head = '', ...rest] = message.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
  return {
    headers: new Map(headers.map(([name, value]) => [name.toLowerCase(), value])),
    names: headers.map(([name]) => name.toLowerCase()),
    text: rest.join('\r\n\r\n').replaceAll('=\r\n', ''),
  };
}

describe('e-mail', () => {
  const trusted = getCACertificates('default');
  let folder: string;
  let certificate: TestCertificate;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-mail-'));
    certificate = await makeCertificate(folder);
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
    rmSync(folder, { recursive: true });
  });
  const trust = (also: boolean) => setDefaultCACertificates(also ? [...trusted, certificate.pem.toString()] : trusted);

  it('goes over TLS with a login, says what came of the run in plain text, and who it is from', async () => {
    trust(true);
    await using server = await testMailServer({ certificate, ...login });
    await using rig = await alertsRig({ mail: settingsFor(server) });
    const { receiver, secret } = await rig.addMail(['ada@example.org', 'bob@example.org'], 'On call');
    expect(secret).toBeNull();
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    await rig.alerts.runEnded(rig.run(7));
    await rig.alerts.settled();
    const [delivery] = await rig.deliveries();
    expect(delivery).toMatchObject({ state: 'delivered', code: 250, answer: expect.stringContaining('kept') });
    const { mails } = await server.end();
    expect(mails).toMatchObject([
      { from: 'alerts@example.org', to: ['ada@example.org', 'bob@example.org'], secure: true, user: 'emberlab' },
    ]);
    const { headers, text } = read(mails[0]?.message);
    expect(headers.get('subject')).toBe('[Emberlab] demo: nightly has failed');
    expect(headers.get('from')).toBe('"Emberlab, alerts" <alerts@example.org>');
    expect(headers.get('to')).toBe('ada@example.org, bob@example.org');
    expect(headers.get('message-id')).toBe(`<${delivery?.id}@example.org>`);
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toContain('The job nightly of the project Demo has failed.');
    expect(text).toContain('The program ended with 1.');
    expect(text).toContain('http://localhost:8080/projects/demo/jobs/runs/7');
    expect(text).toContain('"On call"');
  });

  it('is tried by the test button, which says what came of it', async () => {
    await using server = await testMailServer();
    await using rig = await alertsRig({ mail: settingsFor(server, false) });
    const { receiver } = await rig.addMail(['ada@example.org']);
    const { body } = await rig.ask('ada', 'POST', `/alerts/receivers/${receiver.id}/test`);
    expect(body).toMatchObject({ state: 'delivered', code: 250 });
    const { mails } = await server.end();
    expect(read(mails[0]?.message).headers.get('subject')).toBe('[Emberlab] demo: a test');
  });

  it('sends no password where there is no TLS, or none that is trusted', async () => {
    trust(false);
    for (const options of [{ ...login }, { ...login, certificate }]) {
      await using server = await testMailServer(options);
      await using rig = await alertsRig({ mail: settingsFor(server) });
      const { receiver } = await rig.addMail(['ada@example.org']);
      const { body } = await rig.ask('ada', 'POST', `/alerts/receivers/${receiver.id}/test`);
      expect(body).toMatchObject({ state: 'given-up', problem: expect.stringMatching(/TLS|reached/) });
      expect(await server.end()).toEqual({ logins: [], mails: [] });
    }
  });

  it('is tried again when the login is refused: an administrator can mend that', async () => {
    trust(true);
    await using server = await testMailServer({ certificate, ...login });
    const mail = { ...settingsFor(server), login: { user: 'emberlab', password: 'wrong' } };
    await using rig = await alertsRig({ mail });
    const { receiver } = await rig.addMail(['ada@example.org']);
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    await rig.alerts.runEnded(rig.run(1));
    await rig.alerts.settled();
    const [delivery] = await rig.deliveries();
    expect(delivery).toMatchObject({
      state: 'retrying',
      code: 535,
      problem: expect.stringContaining('refuses the login'),
    });
    expect(JSON.stringify(delivery)).not.toContain('wrong"');
    expect((await server.end()).logins).toMatchObject([{ secure: true }]);
  });

  it('goes on to those addresses alone that it has not reached, and to none that is refused for good', async () => {
    await using server = await testMailServer();
    await using rig = await alertsRig({ mail: settingsFor(server, false) });
    const { receiver } = await rig.addMail(['ada@example.org', 'later@example.org', 'never@example.org']);
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    await rig.alerts.runEnded(rig.run(1));
    await rig.alerts.settled();
    expect(await rig.deliveries()).toMatchObject([
      { state: 'retrying', code: 451, problem: 'The mail server refuses later@example.org, never@example.org.' },
    ]);
    rig.clock.advance(60_000);
    await rig.alerts.settled();
    expect(await rig.deliveries()).toMatchObject([
      { state: 'retrying', attempts: 2, problem: 'The mail server refuses later@example.org.' },
    ]);
    expect((await server.end()).mails.map(({ to }) => to)).toEqual([['ada@example.org']]);
  });

  it('that no address takes is given up; one that some took has arrived, with a word about the others', async () => {
    await using server = await testMailServer();
    await using rig = await alertsRig({ mail: settingsFor(server, false) });
    const none = await rig.addMail(['never@example.org', 'never2@example.org'], 'none');
    const some = await rig.addMail(['never@example.org', 'ada@example.org'], 'some');
    await rig.setRules([{ event: 'failed', receivers: [none.receiver.id, some.receiver.id] }]);
    await rig.alerts.runEnded(rig.run(1));
    await rig.alerts.settled();
    const by = new Map((await rig.deliveries()).map((each) => [each.receiver.name, each]));
    expect(by.get('none')).toMatchObject({ state: 'given-up', code: 550, attempts: 1 });
    expect(by.get('some')).toMatchObject({
      state: 'delivered',
      problem: 'The mail server refuses never@example.org.',
    });
  });

  it('is sent again, as the same message, when the server died before it said that it has it', async () => {
    await using server = await testMailServer();
    await using rig = await alertsRig({ mail: settingsFor(server, false) });
    const { receiver } = await rig.addMail(['dies@example.org']);
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    await rig.alerts.runEnded(rig.run(1));
    await rig.alerts.settled();
    expect(await rig.deliveries()).toMatchObject([{ state: 'retrying', attempts: 1 }]);
    expect((await server.end()).mails).toHaveLength(1);
  });

  it('can’t be made to have other headers, other receivers or other parts by any name', async () => {
    await using server = await testMailServer();
    await using rig = await alertsRig({ mail: settingsFor(server, false) });
    const { receiver } = await rig.addMail(['ada@example.org']);
    await rig.setRules([{ event: 'failed', receivers: [receiver.id] }]);
    const event = rig.run(1);
    await rig.alerts.runEnded({
      ...event,
      frozen: { name: 'x\r\nBcc: eve@example.org\r\n\r\n<script>' },
      reason: '\r\n.\r\nRCPT TO:<eve@example.org>\r\nContent-Type: text/html',
    });
    await rig.alerts.settled();
    const { mails } = await server.end();
    expect(mails).toMatchObject([{ to: ['ada@example.org'] }]);
    const { headers, names } = read(mails[0]?.message);
    expect(names).not.toContain('bcc');
    expect(names.toSorted()).toEqual([
      'auto-submitted',
      'content-transfer-encoding',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ]);
    expect(headers.get('subject')).toBe('[Emberlab] demo: x Bcc: eve@example.org <script> has failed');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('is not sent where nobody has set how, and receivers say so', async () => {
    await using rig = await alertsRig();
    const { receiver } = await rig.addMail(['ada@example.org']);
    expect((await rig.ask('vic', 'GET', '/alerts/receivers')).body.emailAvailable).toBe(false);
    const { body } = await rig.ask('ada', 'POST', `/alerts/receivers/${receiver.id}/test`);
    expect(body).toMatchObject({ state: 'given-up', problem: expect.stringContaining('EMBERLAB_SMTP_URL') });
  });
});
