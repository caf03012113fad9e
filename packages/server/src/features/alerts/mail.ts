import { createTransport, type NodemailerError } from 'nodemailer';
import type { Clock } from '../../lib/clock.ts';
import { pieceOf, sentence } from './answer.ts';
import { mailOf, type AlertMessage } from './message.ts';
import type { MailSettings } from '../../lib/smtp-settings.ts';
import type { Outcome } from './model.ts';

/** How long an attempt may take in all, ms. */
const mostMs = 60_000;
/** The same of its parts. */
const stepMs = 15_000;

type Mail = { readonly id: string; readonly body: string; readonly receiver: string };

/** Sends messages as e-mail of plain text, through the server that an administrator has set; null: there is none. */
export function createMailSender({
  clock,
  settings,
}: {
  clock: Clock;
  settings: MailSettings | null;
}): (mail: Mail, addresses: readonly string[], signal: AbortSignal) => Promise<Outcome> {
  if (settings === null) return async () => notSet;
  return async (mail, addresses, signal) => {
    const { subject, text } = mailOf(JSON.parse(mail.body) as AlertMessage, mail.receiver);
    const transport = createTransport({
      host: settings.host,
      port: settings.port,
      secure: settings.secure,
      // A password is never sent in the clear.
      requireTLS: !settings.secure && settings.login !== null,
      ...(settings.login === null ? {} : { auth: { user: settings.login.user, pass: settings.login.password } }),
      connectionTimeout: stepMs,
      greetingTimeout: stepMs,
      socketTimeout: stepMs,
      dnsTimeout: stepMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const ended = Promise.withResolvers<'late' | 'stopped'>();
    const cancel = clock.after(mostMs, () => ended.resolve('late'));
    const stop = () => ended.resolve('stopped');
    signal.addEventListener('abort', stop, { once: true });
    try {
      const sent = transport
        .sendMail({
          from: settings.from,
          // As objects: a text would be read as a list of names and addresses.
          to: addresses.map((address) => ({ name: '', address })),
          subject,
          text,
          // The same in each attempt, so that a repeat can be told.
          messageId: `<${mail.id}@${domainOf(settings.from.address)}>`,
          date: new Date(clock.now()),
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        .then(sentOutcome, (error: unknown) => failedOutcome(error as NodemailerError, addresses));
      const result = await Promise.race([sent, ended.promise]);
      if (result === 'stopped') throw signal.reason;
      if (result !== 'late') return result;
      return failed(`The mail server took longer than ${mostMs / 1000} s.`);
    } finally {
      cancel();
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  };
}

const notSet: Outcome = {
  ok: false,
  again: false,
  code: null,
  answer: null,
  problem:
    'Nobody has set how e-mail is sent from here. An administrator can, with EMBERLAB_SMTP_URL and EMBERLAB_SMTP_FROM.',
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

type Refusals = readonly NodemailerError[];
type Sent = { readonly response: string; readonly rejectedErrors?: Refusals | undefined };

/** A server says with 4xx that it may work later, with 5xx that it won't. */
const isForGood = ({ responseCode = 0 }: NodemailerError): boolean => responseCode >= 500 && responseCode < 600;

const failed = (problem: string, error?: NodemailerError): Extract<Outcome, { again: true }> => ({
  ok: false,
  again: true,
  code: error?.responseCode ?? null,
  answer: pieceOf(error?.response ?? ''),
  problem,
});

/** The server took it, for some addresses at least. */
function sentOutcome({ response, rejectedErrors = [] }: Sent): Outcome {
  const code = Number(response.slice(0, 3)) || null;
  if (rejectedErrors.length === 0) return { ok: true, code, answer: pieceOf(response), problem: null };
  const later = rejectedErrors.filter((error) => !isForGood(error));
  const problem = refusal(rejectedErrors);
  const [first] = later;
  if (first === undefined) return { ok: true, code, answer: pieceOf(response), problem };
  return { ...failed(problem, first), left: recipientsOf(later) };
}

function failedOutcome(error: NodemailerError, addresses: readonly string[]): Outcome {
  const { rejectedErrors = [] } = error;
  if (rejectedErrors.length > 0) {
    const later = rejectedErrors.filter((each) => !isForGood(each));
    const outcome = failed(refusal(rejectedErrors), later[0] ?? rejectedErrors[0]);
    return later.length === 0 ? { ...outcome, again: false } : { ...outcome, left: recipientsOf(later) };
  }
  // The message itself was refused: it will be the same the next time.
  if (error.code === 'EMESSAGE' && isForGood(error)) {
    return { ...failed('The mail server refuses the message.', error), again: false };
  }
  const to = addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`;
  return failed(sentence(`${meanings[error.code ?? ''] ?? 'the mail server did not take it'}, for ${to}`), error);
}

const meanings: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server refuses the login of Emberlab',
  ETLS: 'the mail server offers no TLS that is trusted here',
  EDNS: 'the name of the mail server can’t be looked up',
  ECONNECTION: 'the mail server can’t be reached',
  ESOCKET: 'the mail server can’t be reached',
  ETIMEDOUT: 'the mail server does not answer',
};

const recipientsOf = (errors: Refusals): string[] =>
  errors.flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));

const refusal = (errors: Refusals): string => `The mail server refuses ${recipientsOf(errors).join(', ')}.`;
