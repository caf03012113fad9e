import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/**
 * A mail server for tests, as a process of its own: it says where it listens, and then a line for each login and each message. With files of a certificate it
 * goes over to TLS; with a user and password it wants a login. Addresses that begin with `later`, `never` or `dies` are what they say.
 */
const [cert = '', key = '', user = '', password = ''] = process.argv.slice(2);

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const refusal = (code: number, message: string): Error => Object.assign(new Error(message), { responseCode: code });

const server = new SMTPServer({
  ...(cert === '' ? {} : { cert: readFileSync(cert), key: readFileSync(key) }),
  disabledCommands: [...(cert === '' ? ['STARTTLS'] : []), ...(user === '' ? ['AUTH'] : [])],
  authOptional: user === '',
  // What a client does that does not look: a password in the clear would be taken, and said.
  allowInsecureAuth: true,
  onAuth(auth, session, callback) {
    say({ login: auth.username, secure: session.secure });
    if (auth.username === user && auth.password === password) callback(null, { user });
    else callback(refusal(535, 'wrong password'));
  },
  onRcptTo({ address }, _, callback) {
    if (address.startsWith('later')) callback(refusal(451, 'greylisted'));
    else if (address.startsWith('never')) callback(refusal(550, 'no such mailbox'));
    else callback();
  },
  onData(stream, session, callback) {
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const from = session.envelope.mailFrom === false ? null : session.envelope.mailFrom.address;
      const message = Buffer.concat(chunks).toString();
      say({ from, to, message, secure: session.secure, user: (session.user as string | undefined) ?? null });
      if (to.some((address) => address.startsWith('dies'))) process.exit(1);
      callback(null, 'kept');
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => say({ port: (server.server.address() as AddressInfo).port }));
