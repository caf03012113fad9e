import type { Outcome, Send } from './model.ts';
import type { createMailSender } from './mail.ts';
import type { createWebhookSender } from './webhook.ts';

const sealed: Outcome = {
  ok: false,
  again: false,
  code: null,
  answer: null,
  problem: 'Its address can’t be read any more: the key of this platform is another one. Please enter it anew.',
};

/** Sends by the kind of the receiver. */
export const createSend =
  (senders: { webhook: ReturnType<typeof createWebhookSender>; mail: ReturnType<typeof createMailSender> }): Send =>
  (delivery, target, signal) => {
    if (target.type === 'email') {
      const mail = { id: delivery.id, body: delivery.body, receiver: delivery.receiver.name };
      return senders.mail(mail, delivery.left ?? target.addresses, signal);
    }
    return target.sealed === null ? Promise.resolve(sealed) : senders.webhook(delivery, target.sealed, signal);
  };
